{{/*
Where files of targets lie, and how the configuration names them.  Everything is in one projected volume, so that it
changes at once: config.yml, targets/<name>, refreshes/<name>, secrets/<target>/<file>.
*/}}
{{- define "cckm-exporter.configFolder" -}}/etc/cckm_exporter{{- end -}}
{{- define "cckm-exporter.webFolder" -}}/etc/cckm_exporter_web{{- end -}}
{{- define "cckm-exporter.storageFolder" -}}/var/lib/cckm_exporter{{- end -}}

{{/* The folder of a target: its name, or where that is no good file name a hash of it. */}}
{{- define "cckm-exporter.targetFolder" -}}
{{- if regexMatch "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" . }}{{ . }}{{ else }}{{ sha256sum . | trunc 16 }}{{ end -}}
{{- end -}}

{{/* All targets as the values have them, those of files, too: `targets`, each with its `addresses`. */}}
{{- define "cckm-exporter.allTargets" -}}
{{- $all := list -}}
{{- range concat .Values.config.targets (values (default dict .Values.config.targetFiles) | compact) -}}
  {{- range kindIs "slice" . | ternary . (list .) -}}
    {{- $all = append $all (merge (dict "addresses" (default (list .url) .urls)) .) -}}
  {{- end -}}
{{- end -}}
{{- toYaml (dict "targets" $all) -}}
{{- end -}}

{{/*
The targets as the exporter reads them, and the files that they need, as YAML: `targets`, `targetFiles` by name, and `files`.
A file has `path`, and either `value` with `dataKey` in the chart's own Secret, or `existingSecret` or `existingConfigMap`
with `key`.  Paths in a file of targets are absolute, as others would be relative to that file.
*/}}
{{- define "cckm-exporter.plan" -}}
{{- $root := include "cckm-exporter.configFolder" . -}}
{{- $places := dict "" .Values.config.targets -}}
{{- $places = merge $places (default dict .Values.config.targetFiles) -}}
{{- $lists := dict -}}
{{- $files := list -}}
{{- $names := list -}}
{{- range $place, $listed := $places -}}
{{- $targets := list -}}
{{- range $listed -}}
  {{- $target := deepCopy . -}}
  {{- if has .name $names }}{{ fail (printf "config.targets: two targets are called %q; each needs a name of its own" .name) }}{{ end -}}
  {{- $names = append $names .name -}}
  {{- $folder := include "cckm-exporter.targetFolder" .name -}}
  {{- range $row := list
      (list "login" "password" "password" "password")
      (list "authorization" "credentials" "token" "credentials")
      (list "tls_config" "ca" "ca.crt" "ca")
      (list "tls_config" "cert" "tls.crt" "cert")
      (list "tls_config" "key" "tls.key" "key")
      (list "proxy_login" "password" "password" "proxy_password")
      (list "" "proxy_ca" "ca.crt" "proxy_ca") -}}
    {{- $section := eq (index $row 0) "" | ternary $target (get $target (index $row 0) | default dict) -}}
    {{- $field := index $row 1 -}}
    {{- $file := index $row 3 -}}
    {{- with get $section $field -}}
      {{- $path := printf "secrets/%s/%s" $folder $file -}}
      {{- $files = append $files (mergeOverwrite (dict "path" $path "key" (index $row 2) "dataKey" (printf "%s.%s" $folder $file)) .) -}}
      {{- $_ := unset $section $field -}}
      {{- $_ := set $section (printf "%s_file" $field) (eq $place "" | ternary $path (printf "%s/%s" $root $path)) -}}
    {{- end -}}
  {{- end -}}
  {{- $targets = append $targets $target -}}
{{- end -}}
{{- $_ := set $lists $place $targets -}}
{{- end -}}
{{- toYaml (dict "targets" (get $lists "") "targetFiles" (omit $lists "") "files" $files) -}}
{{- end -}}

{{/* The exporter's configuration. */}}
{{- define "cckm-exporter.config" -}}
{{- $config := dict -}}
{{- with (include "cckm-exporter.plan" . | fromYaml).targets }}{{ $_ := set $config "targets" . }}{{ end -}}
{{- if .Values.config.targetFiles }}{{ $_ := set $config "target_files" (list "targets/*.yml") }}{{ end -}}
{{- with .Values.config.global }}{{ $_ := set $config "global" . }}{{ end -}}
{{- toYaml $config -}}
{{- end -}}

{{- define "cckm-exporter.configVolume" -}}
{{- $name := include "cckm-exporter.fullname" . -}}
{{- $existing := .Values.config.existing -}}
{{- $kind := ternary $existing.kind .Values.config.kind (ne $existing.name "") -}}
name: config
projected:
  defaultMode: 288  # 0440
  sources:
    - {{ eq $kind "Secret" | ternary "secret" "configMap" }}:
        name: {{ default (printf "%s-config" $name) $existing.name }}
        items:
          - key: {{ ternary $existing.key "config.yml" (ne $existing.name "") }}
            path: config.yml
    {{- with .Values.config.targetFiles }}
    - {{ eq $.Values.config.kind "Secret" | ternary "secret" "configMap" }}:
        name: {{ $name }}-targets
        items:
          {{- range $file, $_ := . }}
          - key: {{ $file }}
            path: targets/{{ $file }}
          {{- end }}
    {{- end }}
    {{- with .Values.config.refreshIdFiles }}
    - configMap:
        name: {{ $name }}-refreshes
        items:
          {{- range $file, $_ := . }}
          - key: {{ $file }}
            path: refreshes/{{ $file }}
          {{- end }}
    {{- end }}
    {{- range (include "cckm-exporter.plan" . | fromYaml).files }}
    - {{ hasKey . "existingConfigMap" | ternary "configMap" "secret" }}:
        name: {{ coalesce .existingSecret .existingConfigMap (printf "%s-secrets" $name) }}
        items:
          - key: {{ hasKey . "value" | ternary .dataKey .key }}
            path: {{ .path }}
    {{- end }}
    {{- with .Values.config.extraSources }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* The web configuration, and certificates that something else renews, side by side. */}}
{{- define "cckm-exporter.webVolume" -}}
name: web
projected:
  defaultMode: 288  # 0440
  sources:
    - secret:
        name: {{ .Values.webConfig.existingSecret }}
    {{- with .Values.webConfig.tlsSecret }}
    - secret:
        name: {{ . }}
    {{- end }}
{{- end -}}

{{/* What contradicts itself in a way that the schema cannot tell. */}}
{{- define "cckm-exporter.check" -}}
{{- $values := .Values -}}
{{- if and (not $values.config.existing.name) (not $values.config.targets) (not $values.config.targetFiles) -}}
{{- fail "config.targets is empty: name at least one CipherTrust Manager, there or in config.targetFiles, or an object with a configuration in config.existing.name" -}}
{{- end -}}
{{- if and $values.config.existing.name (or $values.config.targets $values.config.global) -}}
{{- fail "config.existing.name is not together with config.targets or config.global: one of the two is the configuration" -}}
{{- end -}}
{{- if and (gt (int $values.replicas) 1) (semverCompare "<1.28-0" .Capabilities.KubeVersion.Version) -}}
{{- fail "replicas: more than one needs Kubernetes 1.28 or later, which labels pods with their index" -}}
{{- end -}}
{{- if and $values.persistence.retentionPolicy (semverCompare "<1.27-0" .Capabilities.KubeVersion.Version) -}}
{{- fail "persistence.retentionPolicy needs Kubernetes 1.27 or later" -}}
{{- end -}}
{{- if and $values.persistence.existingClaim (gt (int $values.replicas) 1) -}}
{{- fail "persistence.existingClaim: a ledger belongs to one process; it is not together with more than one replica" -}}
{{- end -}}
{{- if and $values.webConfig.tlsSecret (not $values.webConfig.existingSecret) -}}
{{- fail "webConfig.tlsSecret needs webConfig.existingSecret, whose web configuration names the certificate" -}}
{{- end -}}
{{- end -}}
