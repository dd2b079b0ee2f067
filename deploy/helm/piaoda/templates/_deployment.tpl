{{/* The Deployment of api or worker. (list $ component) */}}
{{- define "piaoda.deployment" -}}
{{- $top := index . 0 -}}
{{- $component := index . 1 -}}
{{- $own := get $top.Values $component -}}
{{- $scaled := or $own.autoscaling.enabled (($own.keda).enabled) -}}
apiVersion: apps/v1
kind: Deployment
{{ include "piaoda.metadata" (dict "top" $top "name" (printf "%s-%s" (include "piaoda.fullname" $top) $component) "component" $component) }}
spec:
  {{- if not $scaled }}
  replicas: {{ $own.replicas | int }}
  {{- end }}
  revisionHistoryLimit: {{ $top.Values.revisionHistoryLimit | int }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      {{- toYaml $top.Values.updateStrategy | nindent 6 }}
  selector:
    matchLabels:
      {{- include "piaoda.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "piaoda.labels" (list $top $component $own.podLabels) | nindent 8 }}
      annotations:
        {{- $said := dict "kubectl.kubernetes.io/default-container" "piaoda" }}
        {{- if not $top.Values.existingConfigMap.name }}
        {{- $_ := set $said "checksum/config" (include "piaoda.config" $top | sha256sum) }}
        {{- end }}
        {{- merge $said $own.podAnnotations $top.Values.commonAnnotations | toYaml | nindent 8 }}
    spec:
      {{- include "piaoda.podSpec" (list $top (include "piaoda.serviceAccount" $top)) | nindent 6 }}
      {{- with include "piaoda.placement" $own | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: {{ include "piaoda.grace" $top }}
      {{- if kindIs "invalid" $own.topologySpreadConstraints }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "piaoda.selector" . | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
      {{- else if $own.topologySpreadConstraints }}
      topologySpreadConstraints:
        {{- toYaml $own.topologySpreadConstraints | nindent 8 }}
      {{- end }}
      {{- with $top.Values.initContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: piaoda
          {{- include "piaoda.container" $top | nindent 10 }}
          args: [piaoda, serve, --{{ $component }}-only]
          ports:
            - {name: http, containerPort: 8000, protocol: TCP}
          env:
            - {name: PIAODA_CONFIG, value: /etc/piaoda/{{ $top.Values.existingConfigMap.key }}}
            - {name: PIAODA_LOG_LEVEL, value: {{ $top.Values.logLevel }}}
            - {name: PIAODA_LANG, value: {{ $top.Values.language }}}
            - {name: PIAODA_CONSOLE_ACCESS, value: {{ $top.Values.consoleAccess | quote }}}
            - {name: PIAODA_DATABASE_CONNECTIONS, value: {{ $top.Values.databaseConnections | int | quote }}}
            {{- with $top.Values.publicUrl }}
            - {name: PIAODA_PUBLIC_URL, value: {{ . | quote }}}
            {{- end }}
            {{- include "piaoda.secretEnv" $top | trim | nindent 12 }}
            {{- with $top.Values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- with $top.Values.extraEnvFrom }}
          envFrom:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          startupProbe:
            httpGet: {path: /livez, port: http}
            {{- toYaml $top.Values.probes.startup | nindent 12 }}
          livenessProbe:
            httpGet: {path: /livez, port: http}
            {{- toYaml $top.Values.probes.liveness | nindent 12 }}
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            {{- toYaml $top.Values.probes.readiness | nindent 12 }}
          {{- if $top.Values.preStopSeconds }}
          lifecycle:
            preStop:
              exec: {command: [sleep, {{ $top.Values.preStopSeconds | int | quote }}]}
          {{- end }}
          resources:
            {{- toYaml $own.resources | nindent 12 }}
          volumeMounts:
            - {name: config, mountPath: /etc/piaoda, readOnly: true}
            - {name: tmp, mountPath: /tmp}
            {{- include "piaoda.secretMounts" $top | trim | nindent 12 }}
            {{- with $top.Values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
        {{- with $top.Values.extraContainers }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      volumes:
        - name: config
          configMap:
            name: {{ include "piaoda.configMap" $top | quote }}
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        {{- include "piaoda.secretVolumes" $top | trim | nindent 8 }}
        {{- with $top.Values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}
