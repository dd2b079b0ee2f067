{{/* What waits, as KEDA asks for it. Replicas show the same numbers: max() makes one of them, sum() adds accounts. */}}

{{- define "piaoda.dueChecksMetric" -}}
sum(max by (account) (piaoda_checks_due{ {{- tpl .Values.worker.keda.prometheus.matchers . -}} }))
{{- end -}}

{{- define "piaoda.pendingDeliveriesMetric" -}}
sum(max by (channel) (piaoda_deliveries_pending{ {{- tpl .Values.worker.keda.prometheus.matchers . -}} }))
{{- end -}}

{{/* Ten thousand and more are ten thousand: neither statement grows with the backlog. Each lane's head is one index
range, see schedule_due in app/store/tables.py; a lane is one of app/domain/lanes.py. */}}
{{- define "piaoda.dueChecksQuery" -}}
SELECT count(*) FROM (SELECT FROM (SELECT DISTINCT account FROM invoice_counts WHERE tenant = 'default') AS a
CROSS JOIN generate_series(0, 31) AS its (lane) CROSS JOIN LATERAL (SELECT FROM schedule AS s
WHERE s.tenant = 'default' AND s.account = a.account AND s.lane = its.lane::int2 AND s.due_at <= now()
LIMIT 10000) AS head LIMIT 10000) AS due
{{- end -}}

{{- define "piaoda.pendingDeliveriesQuery" -}}
SELECT count(*) FROM (SELECT FROM deliveries WHERE tenant = 'default' AND state = 'pending' LIMIT 10000) AS pending
{{- end -}}
