{{/* The pod that migrates: it needs the database alone, and reads no piaoda.yaml. (list $ service account) */}}
{{- define "piaoda.migrationPod" -}}
{{- $top := index . 0 -}}
metadata:
  labels:
    {{- include "piaoda.labels" (list $top "migration") | nindent 4 }}
spec:
  {{- include "piaoda.podSpec" . | nindent 2 }}
  {{- with include "piaoda.placement" (dict "nodeSelector" $top.Values.worker.nodeSelector "tolerations" $top.Values.worker.tolerations) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  restartPolicy: Never
  containers:
    - name: migrate
      {{- include "piaoda.container" $top | nindent 6 }}
      args: [piaoda, migrate]
      env:
        - {name: PIAODA_DATABASE_URL_FILE, value: /run/secrets/piaoda/database/value}
        {{- with $top.Values.migrations.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      resources:
        {{- toYaml $top.Values.migrations.resources | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: secret-database, mountPath: /run/secrets/piaoda/database, readOnly: true}
        {{- with $top.Values.migrations.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    - name: secret-database
      secret:
        secretName: {{ $top.Values.secrets.database.existingSecret | quote }}
        defaultMode: 0440
        items:
          - {key: {{ $top.Values.secrets.database.key | quote }}, path: value}
    {{- with $top.Values.migrations.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
