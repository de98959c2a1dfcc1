{{/* What nobody sees who does not look: the ledger of the portal waits by itself, for ever. */}}
{{- define "motcua.alerts" -}}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ .root.Chart.Name }}
  labels: {{- include "motcua.labels" . | nindent 4 }}
    {{- with .root.Values.alerts.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  groups:
    - name: motcua-gateway-portal
      rules:
        - alert: PortalRowsStuck
          expr: max by (namespace) (gateway_portal_stuck) > {{ .root.Values.alerts.portalStuck }}
          for: 15m
          labels:
            severity: warning
          annotations:
            summary: The national portal has not taken rows that were tried ten times or for two hours
            description: >-
              {{ "{{ $value }}" }} rows wait, their dossiers behind them. Reasons: stuck_by_reason of
              GET /api/v1/portal-sync/figures; the rows: GET /api/v1/portal-sync/ledger?stuck=true.
        - alert: PortalWaitsForPeople
          expr: max by (namespace, kind) (gateway_portal_waits_for_people) > 0
          for: 15m
          labels:
            severity: warning
          annotations:
            summary: Dossiers or messages of the national portal wait for somebody to decide
            description: >-
              {{ "{{ $value }}" }} of kind {{ "{{ $labels.kind }}" }}: refused and unmapped dossiers are in
              GET /api/v1/portal-sync/ledger?state=REFUSED (or UNMAPPED), with all their later rows behind them;
              messages that came in are in GET /api/v1/portal-sync/inbound?state=PARKED.
        - alert: PortalRefusesEverything
          expr: max by (namespace) (gateway_portal_refuses_everything) > 0
          for: 30m
          labels:
            severity: critical
          annotations:
            summary: The national portal refuses all dossiers with the same words
            description: >-
              Everything waits and one row at a time asks; after a day each is refused by itself. The words:
              GET /api/v1/portal-sync/ledger?state=WAITING, field answer.
{{- end -}}
