{{/* Names, labels and the image. A component is api, worker, migration or test. */}}

{{- define "piaoda.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Room is left for the longest suffix, -migrate-01234567. */}}
{{- define "piaoda.fullname" -}}
{{- $name := include "piaoda.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "piaoda.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* What a selector may hold: it never changes, whatever is upgraded. (list $ component) */}}
{{- define "piaoda.selector" -}}
{{- $top := index . 0 -}}
app.kubernetes.io/name: {{ include "piaoda.name" $top | quote }}
app.kubernetes.io/instance: {{ $top.Release.Name | quote }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* (list $ component further); the component may be empty, further labels left out. No label stands twice, for that is
no YAML: the chart's own win, then the further ones, then commonLabels. */}}
{{- define "piaoda.labels" -}}
{{- $top := index . 0 -}}
{{- $further := dict -}}
{{- if eq (len .) 3 }}{{ $further = default dict (index . 2) }}{{ end -}}
{{- merge (include "piaoda.ownLabels" . | fromYaml) $further $top.Values.commonLabels | toYaml -}}
{{- end -}}

{{- define "piaoda.ownLabels" -}}
{{- $top := index . 0 -}}
{{ include "piaoda.selector" . }}
app.kubernetes.io/version: {{ include "piaoda.version" $top | quote }}
app.kubernetes.io/managed-by: {{ $top.Release.Service }}
app.kubernetes.io/part-of: piaoda
helm.sh/chart: {{ printf "%s-%s" $top.Chart.Name $top.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* How many of the replicas a minAvailable keeps; Kubernetes rounds a share up. (list minAvailable replicas) */}}
{{- define "piaoda.kept" -}}
{{- $kept := index . 0 | toString -}}
{{- if hasSuffix "%" $kept -}}
{{- divf (mulf (trimSuffix "%" $kept | float64) (index . 1 | float64)) 100 | ceil | int -}}
{{- else -}}
{{- int $kept -}}
{{- end -}}
{{- end -}}

{{/* What runs, as a label may say it. */}}
{{- define "piaoda.version" -}}
{{- default .Chart.AppVersion .Values.image.tag | trunc 63 | trimAll "-_." -}}
{{- end -}}

{{- define "piaoda.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "piaoda.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "piaoda.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The head of an object. (dict "top" $ "name" … "component" … "annotations" … "labels" … "namespace" …) */}}
{{- define "piaoda.metadata" -}}
metadata:
  name: {{ .name | quote }}
  namespace: {{ default (include "piaoda.namespace" .top) .namespace | quote }}
  labels:
    {{- include "piaoda.labels" (list .top (default "" .component) .labels) | nindent 4 }}
  {{- with merge (dict) (default dict .annotations) .top.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
