{{/*
The pod of one role. Service links are off because Kubernetes would set DOSSIER_PORT=tcp://… for a Service named
`dossier`, which is also the name of a setting.
*/}}
{{- define "motcua.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: {{ .role }}
    image: {{ include "motcua.image" . }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [{{ .role }}]
    env: {{- include "motcua.environment" . | nindent 6 }}
    {{- if ne .role "migrate" }}
    ports:
      {{- if eq .role "api" }}
      - name: http
        containerPort: 8000
      {{- end }}
      - name: operations
        containerPort: 9000
    {{- include "motcua.probes" . | nindent 4 }}
    {{- end }}
    {{- if eq .role "api" }}
    # SIGTERM closes the port at once; callers learn a moment later that the address is gone.
    lifecycle:
      preStop:
        sleep:
          seconds: 5
    {{- end }}
    resources: {{- (index .root.Values .role).resources | toYaml | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if .root.Values.kafka.tls.existingSecret }}
      - name: kafka-tls
        mountPath: /run/secrets/kafka
        readOnly: true
      {{- end }}
      {{- if dig "files" "volume" "enabled" false .root.Values.AsMap }}
      - name: files
        mountPath: /srv/files
      {{- end }}
      {{- with include "motcua.mountPoints" . }}
      {{- . | trim | nindent 6 }}
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 256Mi
  {{- with .root.Values.kafka.tls.existingSecret }}
  - name: kafka-tls
    secret:
      secretName: {{ . }}
      defaultMode: 0440
  {{- end }}
  {{- if dig "files" "volume" "enabled" false .root.Values.AsMap }}
  {{- include "motcua.filesVolume" . | nindent 2 }}
  {{- end }}
  {{- with include "motcua.mountVolumes" . }}
  {{- . | trim | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The operations port is in no Service. Liveness asks only whether the event loop turns: a database that is away must not restart every pod. */}}
{{- define "motcua.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: operations
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /livez
    port: operations
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: /readyz
    port: operations
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}
