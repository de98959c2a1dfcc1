{{/*
Nothing in and nothing out but what is listed. The first policy covers every pod of the service, migrations too;
the second opens the api to its callers: the gateway's pods, or, for the gateway, the ingress controller.
*/}}
{{- define "motcua.network" -}}
{{- $values := .root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .root.Chart.Name }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "motcua.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with $values.monitoring }}
  ingress:
    - from: {{- toYaml . | nindent 8 }}
      ports:
        - port: operations
          protocol: TCP
  {{- end }}
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
      ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    {{- range list $values.database $values.bus }}
    - ports:
        - port: {{ .port }}
          protocol: TCP
      {{- with .to }}
      to: {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- with .calls }}
    - to:
        {{- range . }}
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: {{ . }}
              app.kubernetes.io/component: api
        {{- end }}
      ports:
        - port: 8000
          protocol: TCP
    {{- end }}
    {{- with $values.egress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .root.Chart.Name }}-api
  labels: {{- include "motcua.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "motcua.selector" (merge (dict "role" "api") .) | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - from:
        {{- range .callers }}
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: {{ . }}
              app.kubernetes.io/part-of: motcua
        {{- end }}
        {{- with $values.clients }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - port: http
          protocol: TCP
{{- end -}}
