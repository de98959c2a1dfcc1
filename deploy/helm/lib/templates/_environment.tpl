{{/* The settings of one process. Passwords, keys and addresses that hold a password come from secrets only. */}}
{{- define "motcua.environment" -}}
{{- $values := .root.Values -}}
{{- $prefix := .root.Chart.Name | upper -}}
{{- $kafka := $values.kafka -}}
- name: {{ $prefix }}_MODE
  value: {{ $values.mode }}
- name: {{ $prefix }}_HOST
  value: 0.0.0.0
- name: {{ $prefix }}_PORT
  value: "8000"
- name: {{ $prefix }}_OPS_HOST
  value: 0.0.0.0
- name: {{ $prefix }}_OPS_PORT
  value: "9000"
- name: {{ $prefix }}_LOG_LEVEL
  value: {{ $values.logLevel }}
- name: {{ $prefix }}_POOL_SIZE
  value: {{ $values.database.poolSize | quote }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_DATABASE_URL" $prefix) "from" $values.database) }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_BUS_URL" $prefix) "from" $values.bus) }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_INTERNAL_JWKS" $prefix) "from" $values.internalKeys) }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_PII_KEY" $prefix) "from" $values.piiKey) }}
{{- if ne $kafka.securityProtocol "PLAINTEXT" }}
- name: {{ $prefix }}_KAFKA_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- end }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
- name: {{ $prefix }}_KAFKA_SASL_MECHANISM
  value: {{ $kafka.sasl.mechanism | quote }}
- name: {{ $prefix }}_KAFKA_SASL_USERNAME
  value: {{ $kafka.sasl.username | quote }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_KAFKA_SASL_PASSWORD" $prefix) "from" $kafka.sasl) }}
{{- end }}
{{- if $kafka.tls.existingSecret }}
- name: {{ $prefix }}_KAFKA_CA_FILE
  value: /run/secrets/kafka/ca.crt
{{- if $kafka.tls.client }}
- name: {{ $prefix }}_KAFKA_CERT_FILE
  value: /run/secrets/kafka/tls.crt
- name: {{ $prefix }}_KAFKA_KEY_FILE
  value: /run/secrets/kafka/tls.key
{{- end }}
{{- end }}
{{- /* What several services must be told alike: the umbrella's one value wins over each chart's own. */}}
{{- $global := $values.global | default dict }}
{{- $shared := dict "PUBLIC_URL" ($global.publicUrl | default "") "IDENTIFICATION_LEVEL" ($global.identificationLevel | default "" | toString) }}
{{- range $name, $value := $values.settings }}
- name: {{ $prefix }}_{{ $name }}
  value: {{ get $shared $name | default $value | quote }}
{{- end }}
{{- range $name, $from := $values.secretSettings }}
{{ include "motcua.fromSecret" (dict "name" (printf "%s_%s" $prefix $name) "from" $from) }}
{{- end }}
{{- if $values.files }}
{{ include "motcua.filesEnvironment" . }}
{{- end }}
{{- end -}}

{{- define "motcua.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .from.existingSecret }}
      key: {{ .from.key }}
{{- end -}}
