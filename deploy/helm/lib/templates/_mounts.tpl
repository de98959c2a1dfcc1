{{/*
Further folders: keys and certificates from secrets, roots from config maps, exchange folders from claims. A claim is
mounted by the roles that use it; the others find an empty folder there, for every role is told the same settings.
*/}}
{{- define "motcua.mountPoints" -}}
{{- range dig "mounts" list .root.Values.AsMap }}
- name: {{ .name }}
  mountPath: {{ .path }}
  {{- if not .claim }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end -}}

{{- define "motcua.mountVolumes" -}}
{{- $role := .role -}}
{{- range $mount := dig "mounts" list .root.Values.AsMap }}
- name: {{ $mount.name }}
  {{- if $mount.secret }}
  secret:
    secretName: {{ $mount.secret }}
    defaultMode: 0440
    {{- with $mount.items }}
    items: {{- toYaml . | nindent 6 }}
    {{- end }}
  {{- else if $mount.configMap }}
  configMap:
    name: {{ $mount.configMap }}
    {{- with $mount.items }}
    items: {{- toYaml . | nindent 6 }}
    {{- end }}
  {{- else if has $role ($mount.roles | default (list "api" "jobs")) }}
  persistentVolumeClaim:
    claimName: {{ $mount.claim }}
  {{- else }}
  emptyDir:
    sizeLimit: 1Mi
  {{- end }}
{{- end }}
{{- end -}}
