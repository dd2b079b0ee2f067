{{/* piaoda.yaml, and the seconds that it asks for. */}}

{{/* The file as it is mounted. */}}
{{- define "piaoda.config" -}}
{{- if .Values.configText -}}
{{- regexReplaceAll "\\s+$" .Values.configText "" -}}
{{- else -}}
{{- toYaml .Values.config -}}
{{- end -}}
{{- end -}}

{{- define "piaoda.configMap" -}}
{{- default (printf "%s-config" (include "piaoda.fullname" .)) .Values.existingConfigMap.name -}}
{{- end -}}

{{/* `1m30s` in whole seconds, rounded up. */}}
{{- define "piaoda.seconds" -}}
{{- $units := dict "d" 86400.0 "h" 3600.0 "m" 60.0 "s" 1.0 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9.]+[dhms]" (toString .) -1 -}}
{{- $length := sub (len .) 1 | int -}}
{{- $sum = addf $sum (mulf (float64 (substr 0 $length .)) (get $units (substr $length (len .) .))) -}}
{{- end -}}
{{- ceil $sum | int -}}
{{- end -}}

{{/* The longest timeout that the configuration gives to an account or a destination, and whose it is, as YAML. */}}
{{- define "piaoda.longestCall" -}}
{{- $config := include "piaoda.config" . | fromYaml -}}
{{- $longest := dict "seconds" 15 "whose" "" "timeout" "15s" -}}
{{- range $name, $account := $config.accounts -}}
{{- if kindIs "map" $account -}}
{{- $timeout := ($account.limits).timeout -}}
{{- if and $timeout (gt (include "piaoda.seconds" $timeout | int) (int $longest.seconds)) -}}
{{- $longest = dict "seconds" (include "piaoda.seconds" $timeout | int) "whose" (printf "accounts.%s.limits.timeout" $name) "timeout" $timeout -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $destination := $config.destinations -}}
{{- if kindIs "map" $destination -}}
{{- $timeout := $destination.timeout -}}
{{- if and $timeout (gt (include "piaoda.seconds" $timeout | int) (int $longest.seconds)) -}}
{{- $longest = dict "seconds" (include "piaoda.seconds" $timeout | int) "whose" (printf "destinations.%s.timeout" $name) "timeout" $timeout -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $longest -}}
{{- end -}}

{{/* 20 s for calls in flight and 5 s to close; see app/serving.py. */}}
{{- define "piaoda.leastGrace" -}}
{{- add .Values.preStopSeconds 25 -}}
{{- end -}}

{{- define "piaoda.grace" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds -}}
{{- $longest := include "piaoda.longestCall" . | fromYaml -}}
{{- max 45 (add (include "piaoda.leastGrace" .) 15) (add .Values.preStopSeconds $longest.seconds 5) -}}
{{- else -}}
{{- int .Values.terminationGracePeriodSeconds -}}
{{- end -}}
{{- end -}}
