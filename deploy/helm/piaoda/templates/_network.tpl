{{/* Who may be called. */}}

{{- define "piaoda.egressInside" -}}
{{- include "piaoda.egressTo" (merge (dict "protocols" (list "UDP" "TCP")) .Values.networkPolicy.egress.dns) }}
{{- include "piaoda.egressTo" .Values.networkPolicy.egress.database }}
{{- end -}}

{{/* A rule for {ports, to}, TCP unless it says `protocols`. */}}
{{- define "piaoda.egressTo" }}
- ports:
    {{- range $port := .ports }}
    {{- range default (list "TCP") $.protocols }}
    - {port: {{ int $port }}, protocol: {{ . }}}
    {{- end }}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Never the addresses at which clouds hand out credentials: link-local, AWS over IPv6, Alibaba Cloud. */}}
{{- define "piaoda.egressInternet" -}}
{{- with .Values.networkPolicy.egress.internet }}
{{- $four := list "169.254.0.0/16" "100.100.100.200/32" }}
{{- $six := list "fd00:ec2::254/128" "fe80::/10" }}
{{- if .denyPrivate }}
{{- $four = concat $four (list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" "100.64.0.0/10") }}
{{- $six = append $six "fc00::/7" }}
{{- end }}
{{- range .except }}
{{- if contains ":" . }}{{ $six = append $six . }}{{ else }}{{ $four = append $four . }}{{ end }}
{{- end }}
- ports:
    {{- range .ports }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
  to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          {{- range uniq $four }}
          - {{ . | quote }}
          {{- end }}
    - ipBlock:
        cidr: "::/0"
        except:
          {{- range uniq $six }}
          - {{ . | quote }}
          {{- end }}
{{- end }}
{{- end -}}

{{/* A rule for our port, from namespaces with one of these sets of labels; from everywhere without one. */}}
{{- define "piaoda.ingressFrom" -}}
- ports:
    - {port: http, protocol: TCP}
  {{- with . }}
  from:
    {{- range . }}
    - namespaceSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
    {{- end }}
  {{- end }}
{{- end -}}
