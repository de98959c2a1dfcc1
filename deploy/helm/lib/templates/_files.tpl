{{/*
Where a service keeps files. The variables of the S3-compatible store are the client library's own names: it reads
them itself. On a volume only the roles that read or write files mount it; the others find an empty folder there.
*/}}
{{- define "motcua.filesEnvironment" -}}
{{- $prefix := .root.Chart.Name | upper -}}
{{- $files := .root.Values.files -}}
- name: {{ $prefix }}_FILES_URL
  value: {{ ternary "file:///srv/files" $files.url $files.volume.enabled | quote }}
{{- if not $files.volume.enabled }}
- name: AWS_REGION
  value: {{ $files.s3.region | quote }}
{{- with $files.s3.endpoint }}
- name: AWS_ENDPOINT_URL
  value: {{ . | quote }}
{{- if hasPrefix "http://" . }}
- name: AWS_ALLOW_HTTP
  value: "true"
{{- end }}
{{- end }}
{{- with $files.s3.existingSecret }}
{{ include "motcua.fromSecret" (dict "name" "AWS_ACCESS_KEY_ID" "from" (dict "existingSecret" . "key" $files.s3.idKey)) }}
{{ include "motcua.fromSecret" (dict "name" "AWS_SECRET_ACCESS_KEY" "from" (dict "existingSecret" . "key" $files.s3.secretKey)) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "motcua.filesVolume" -}}
{{- $volume := .root.Values.files.volume -}}
- name: files
{{- if has .role (list "api" "jobs") }}
  persistentVolumeClaim:
    claimName: {{ $volume.existingClaim | default (printf "%s-files" .root.Chart.Name) }}
{{- else }}
  emptyDir:
    sizeLimit: 1Mi
{{- end }}
{{- end -}}

{{/* What citizens handed in is kept when the release goes. */}}
{{- define "motcua.filesClaim" -}}
{{- $volume := .root.Values.files.volume -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .root.Chart.Name }}-files
  labels: {{- include "motcua.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [{{ $volume.accessMode }}]
  {{- with $volume.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ $volume.size }}
{{- end -}}
