{{/*
Objects are named after the service alone (`dossier-api`), not after the release: one province is one namespace,
and `http://dossier:8000` is the same address whether five releases or one umbrella put it there.
Every template takes a dict: "root" (the chart's own context) and, where it matters, "role".
*/}}
{{- define "motcua.roles" -}}
{{- .roles | default (list "api" "consume" "relay" "jobs") | toJson -}}
{{- end -}}

{{- define "motcua.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "motcua.labels" -}}
{{ include "motcua.selector" . }}
app.kubernetes.io/part-of: motcua
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end -}}

{{/* A digest wins over a tag; the umbrella's registry and tag win over the chart's own. */}}
{{- define "motcua.image" -}}
{{- $image := .root.Values.image -}}
{{- $global := .root.Values.global | default dict -}}
{{- $registry := $global.imageRegistry | default $image.registry -}}
{{- $tag := $global.imageTag | default $image.tag | default .root.Chart.AppVersion -}}
{{- if $image.digest -}}
{{ printf "%s/%s@%s" $registry $image.repository $image.digest | quote }}
{{- else -}}
{{ printf "%s/%s:%s" $registry $image.repository $tag | quote }}
{{- end -}}
{{- end -}}
