{{/*
One Deployment per role. The relay and the jobs work under an advisory lock, so a second pod would only wait for the
first: they are replaced, not rolled. Everything else is rolled without ever having less than it should.
*/}}
{{- define "motcua.deployment" -}}
{{- $single := has .role (list "relay" "jobs") -}}
{{- $choice := index .root.Values .role -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Chart.Name }}-{{ .role }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  {{- if $single }}
  replicas: 1
  strategy:
    type: Recreate
  {{- else }}
  {{- if not (dig "autoscaling" "enabled" false $choice) }}
  replicas: {{ $choice.replicas }}
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels: {{- include "motcua.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "motcua.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ .root.Chart.Name }}
      {{- include "motcua.pod" . | nindent 6 }}
      {{- if not $single }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "motcua.selector" $ | nindent 14 }}
        {{- end }}
      {{- end }}
{{- end -}}

{{/* Draining a node takes one pod of a role at a time. */}}
{{- define "motcua.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .root.Chart.Name }}-{{ .role }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "motcua.selector" . | nindent 6 }}
{{- end -}}

{{- define "motcua.autoscaler" -}}
{{- $scaling := .root.Values.api.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .root.Chart.Name }}-api
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .root.Chart.Name }}-api
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.cpuPercent }}
{{- end -}}
