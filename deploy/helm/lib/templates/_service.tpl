{{/* A whole service. Facts come as arguments ("roles", "callers", "calls"), choices from the chart's values. */}}
{{- define "motcua.service" -}}
{{- include "motcua.account" . }}
---
{{ include "motcua.endpoint" . }}
---
{{ include "motcua.network" . }}
---
{{ include "motcua.migrate" (merge (dict "role" "migrate") .) }}
{{- range $role := include "motcua.roles" . | fromJsonArray }}
{{- $part := merge (dict "role" $role) $ }}
---
{{ include "motcua.deployment" $part }}
{{- if has $role (list "api" "consume") }}
---
{{ include "motcua.disruptionBudget" $part }}
{{- end }}
{{- end }}
{{- $volume := dig "files" "volume" dict .root.Values.AsMap }}
{{- if and $volume.enabled (not $volume.existingClaim) }}
---
{{ include "motcua.filesClaim" . }}
{{- end }}
{{- if .root.Values.api.autoscaling.enabled }}
---
{{ include "motcua.autoscaler" (merge (dict "role" "api") .) }}
{{- end }}
{{- if dig "ingress" "enabled" false .root.Values.AsMap }}
---
{{ include "motcua.ingress" (merge (dict "role" "api") .) }}
{{- end }}
{{- if dig "alerts" "enabled" false .root.Values.AsMap }}
---
{{ include "motcua.alerts" . }}
{{- end }}
{{- end -}}

{{- define "motcua.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .root.Chart.Name }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
automountServiceAccountToken: false
{{- end -}}

{{- define "motcua.endpoint" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .root.Chart.Name }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  selector: {{- include "motcua.selector" (merge (dict "role" "api") .) | nindent 4 }}
  ports:
    - name: http
      port: 8000
      targetPort: http
{{- end -}}

{{/* Only the listed paths are public; probes and metrics answer on another port, which no Service leads to. */}}
{{- define "motcua.ingress" -}}
{{- $ingress := .root.Values.ingress -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .root.Chart.Name }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
  {{- with $ingress.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ingressClassName: {{ $ingress.className }}
  tls:
    - hosts: [{{ $ingress.host | quote }}]
      secretName: {{ $ingress.tlsSecret }}
  rules:
    - host: {{ $ingress.host | quote }}
      http:
        paths:
          {{- range $ingress.paths }}
          - path: {{ . }}
            pathType: Prefix
            backend:
              service:
                name: {{ $.root.Chart.Name }}
                port:
                  name: http
          {{- end }}
          {{- /* The bare address, as messages print it; exact, so that it publishes nothing below it. */}}
          - path: /
            pathType: Exact
            backend:
              service:
                name: {{ $.root.Chart.Name }}
                port:
                  name: http
{{- end -}}
