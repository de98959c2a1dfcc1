{{/*
The schema moves before the pods do (expand first, contract a release later). A hook runs before the release's own
ServiceAccount exists, so the Job runs under the namespace's default one, without its token.
*/}}
{{- define "motcua.migrate" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .root.Chart.Name }}-migrate
  labels: {{- include "motcua.labels" . | nindent 4 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ .root.Values.migrate.timeoutSeconds }}
  template:
    metadata:
      labels: {{- include "motcua.labels" . | nindent 8 }}
    spec:
      restartPolicy: Never
      {{- include "motcua.pod" . | nindent 6 }}
{{- end -}}
