{{/* What every pod of the chart has in common. */}}

{{- define "piaoda.secretEnv" -}}
{{- range list (list "DATABASE_URL" "database") (list "SECRET" "secret") (list "BOOTSTRAP_KEY" "bootstrapKey") }}
{{- if (get $.Values.secrets (index . 1)).existingSecret }}
- name: PIAODA_{{ index . 0 }}_FILE
  value: /run/secrets/piaoda/{{ index . 1 | kebabcase }}/value
{{- end }}
{{- end }}
{{- end -}}

{{- define "piaoda.secretMounts" -}}
{{- range list "database" "secret" "bootstrapKey" }}
{{- if (get $.Values.secrets .).existingSecret }}
- name: secret-{{ kebabcase . }}
  mountPath: /run/secrets/piaoda/{{ kebabcase . }}
  readOnly: true
{{- end }}
{{- end }}
{{- range .Values.secrets.files }}
- name: secret-files-{{ .directory }}
  mountPath: /run/secrets/piaoda/{{ .directory }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "piaoda.secretVolumes" -}}
{{- range $name := list "database" "secret" "bootstrapKey" }}
{{- with get $.Values.secrets $name }}
{{- if .existingSecret }}
- name: secret-{{ kebabcase $name }}
  secret:
    secretName: {{ .existingSecret | quote }}
    defaultMode: 0440
    items:
      - {key: {{ .key | quote }}, path: value}
{{- end }}
{{- end }}
{{- end }}
{{- range .Values.secrets.files }}
- name: secret-files-{{ .directory }}
  secret:
    secretName: {{ .existingSecret | quote }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- define "piaoda.container" -}}
image: {{ include "piaoda.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end -}}

{{/* (list $ service account) */}}
{{- define "piaoda.podSpec" -}}
{{- $top := index . 0 -}}
serviceAccountName: {{ index . 1 | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $top.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $top.Values.podSecurityContext | nindent 2 }}
{{- end -}}

{{/* (list $ the component's values); placed where the operator wants it. */}}
{{- define "piaoda.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}
