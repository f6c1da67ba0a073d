{{/* Names. */}}
{{- define "cckm-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* 52 characters at most: the names of pods and their label controller-revision-hash must fit into 63. */}}
{{- define "cckm-exporter.fullname" -}}
{{- $name := include "cckm-exporter.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The label job that the exporter is scraped with. */}}
{{- define "cckm-exporter.job" -}}
{{- if .Values.serviceMonitor.enabled -}}
{{- $labels := include "cckm-exporter.labels" (list . .Values.service.labels) | fromYaml -}}
{{- get $labels .Values.serviceMonitor.jobLabel | default (include "cckm-exporter.fullname" .) -}}
{{- else -}}
{{- include "cckm-exporter.name" . -}}
{{- end -}}
{{- end -}}

{{- define "cckm-exporter.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "cckm-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "cckm-exporter.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* What never changes for a release, and so may stand in selectors. */}}
{{- define "cckm-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "cckm-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of all objects, as a map: arguments are the root and more labels, of which the later ones win. */}}
{{- define "cckm-exporter.labels" -}}
{{- $root := index . 0 -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" ($root.Chart.AppVersion | replace "+" "_")
  "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $labels := mergeOverwrite $own $root.Values.commonLabels (deepCopy (index . 1)) (include "cckm-exporter.selectorLabels" $root | fromYaml) -}}
{{- toYaml $labels -}}
{{- end -}}

{{- define "cckm-exporter.image" -}}
{{- $image := .Values.image -}}
{{- $registry := dig "imageRegistry" "" (.Values.global | default dict) | default $image.registry -}}
{{- if $registry }}{{ trimSuffix "/" $registry }}/{{ end -}}
{{- $image.repository -}}
{{- if and $image.requireDigest (not $image.digest) }}{{ fail "image.digest is empty, and image.requireDigest wants one" }}{{ end -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{/* Pull secrets may be written as names or as maps. */}}
{{- define "cckm-exporter.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range concat (dig "imagePullSecrets" list (.Values.global | default dict)) .Values.imagePullSecrets -}}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) -}}
{{- end -}}
{{- with uniq $secrets }}imagePullSecrets: {{- toYaml . | nindent 2 }}{{ end -}}
{{- end -}}

{{/* A list or map of the values in which templates are evaluated: arguments are the root and the value. */}}
{{- define "cckm-exporter.evaluated" -}}
{{- tpl (toYaml (index . 1)) (index . 0) -}}
{{- end -}}

{{- define "cckm-exporter.hasWebConfig" -}}
{{- if .Values.webConfig.existingSecret }}yes{{ end -}}
{{- end -}}

{{- define "cckm-exporter.scheme" -}}
{{- if and .Values.webConfig.existingSecret .Values.webConfig.tls }}https{{ else }}http{{ end -}}
{{- end -}}
