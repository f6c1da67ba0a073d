{{/* Probes: arguments are the root, the probe's values, the path, and whether to ask from within. */}}
{{- define "cckm-exporter.probe" -}}
{{- $root := index . 0 -}}
{{- $probe := index . 1 -}}
{{- if index . 3 -}}
exec:
  command: {{- include "cckm-exporter.healthcheckCommand" (list $root (printf ":%d" (int $root.Values.exporter.port))) | nindent 4 }}
{{- else -}}
httpGet:
  path: {{ index . 2 }}
  port: metrics
  scheme: {{ include "cckm-exporter.scheme" $root | upper }}
{{- end }}
{{ toYaml (omit $probe "enabled") }}
{{- end -}}

{{/* Arguments: the root and host:port. */}}
{{- define "cckm-exporter.healthcheckCommand" -}}
{{- $root := index . 0 -}}
- cckm_exporter
- --healthcheck
- --web.listen-address={{ index . 1 }}
{{- if include "cckm-exporter.hasWebConfig" $root }}
- --web.config.file={{ include "cckm-exporter.webFolder" $root }}/{{ $root.Values.webConfig.key }}
{{- end }}
{{- end -}}

{{- define "cckm-exporter.args" -}}
{{- $exporter := .Values.exporter -}}
- --config.file={{ include "cckm-exporter.configFolder" . }}/config.yml
{{- /* A folder inside the volume: Kubernetes lets everybody write the volume's own. */}}
- --storage.path={{ include "cckm-exporter.storageFolder" . }}/ledger
- --storage.max-refreshes={{ int64 $exporter.maxRefreshes }}
- --web.listen-address=:{{ int $exporter.port }}
- --web.telemetry-path={{ $exporter.telemetryPath }}
- --web.max-requests={{ int64 $exporter.maxRequests }}
- --web.max-connections={{ int64 $exporter.maxConnections }}
- --log.level={{ $exporter.logLevel }}
- --log.format={{ $exporter.logFormat }}
{{- if include "cckm-exporter.hasWebConfig" . }}
- --web.config.file={{ include "cckm-exporter.webFolder" . }}/{{ .Values.webConfig.key }}
{{- end }}
{{- if $exporter.enableLifecycle }}
- --web.enable-lifecycle
{{- end }}
{{- if $exporter.disableExporterMetrics }}
- --web.disable-exporter-metrics
{{- end }}
{{- if gt (int .Values.replicas) 1 }}
- --shard.count={{ int .Values.replicas }}
- --shard.index=$(SHARD_INDEX)
{{- end }}
{{- end -}}

{{/* Mounts that the exporter needs wherever it runs. */}}
{{- define "cckm-exporter.mounts" -}}
- name: config
  mountPath: {{ include "cckm-exporter.configFolder" . }}
  readOnly: true
{{- if include "cckm-exporter.hasWebConfig" . }}
- name: web
  mountPath: {{ include "cckm-exporter.webFolder" . }}
  readOnly: true
{{- end }}
{{- end -}}

{{/* What is said of the pod as a whole, for the exporter and the test alike. */}}
{{- define "cckm-exporter.podBasics" -}}
serviceAccountName: {{ include "cckm-exporter.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with include "cckm-exporter.imagePullSecrets" . }}
{{ . }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $key := list "priorityClassName" "dnsPolicy" "nodeSelector" "tolerations" "hostAliases" "dnsConfig" }}
{{- with get $.Values $key }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- end -}}
