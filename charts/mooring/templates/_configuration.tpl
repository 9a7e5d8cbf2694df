{{/* The agent's configuration, as `mooring check` reads it. Unknown keys are errors there, so nothing else belongs here. */}}
{{- define "mooring.configuration" -}}
{{- $monitor := (.Values.agent).monitor | default dict -}}
{{- $recovery := (.Values.agent).recovery | default dict -}}
{{- $log := (.Values.agent).log | default dict -}}
mounts:
  {{- range fromJsonArray (include "mooring.mounts" .) }}
  - name: {{ quote .name }}
    source: /volumes/{{ .name }}
    sourceMustBeMount: true
    target: /host{{ .hostPath }}
    hostPath: {{ .hostPath }}
    options: {{ toJson .options }}
    {{- with .mode }}
    mode: {{ quote . }}
    {{- end }}
    {{- with .directories }}
    directories:
      {{- range . }}
      - path: {{ quote .path }}
        {{- if hasKey . "uid" }}
        uid: {{ int64 .uid }}
        {{- end }}
        {{- if hasKey . "gid" }}
        gid: {{ int64 .gid }}
        {{- end }}
        {{- with .mode }}
        mode: {{ quote . }}
        {{- end }}
      {{- end }}
    {{- end }}
    onForeign: {{ .onForeign }}
    onHang: {{ .onHang }}
    minFree:
      bytes: {{ .minFree.bytes }}
      inodes: {{ int64 .minFree.inodes }}
  {{- end }}
monitor:
  interval: {{ $monitor.interval | default "30s" }}
  timeout: {{ $monitor.timeout | default "5s" }}
  failures: {{ int ($monitor.failures | default 3) }}
recovery:
  timeout: {{ $recovery.timeout | default "60s" }}
  backoff:
    min: {{ ($recovery.backoff).min | default "50ms" }}
    max: {{ ($recovery.backoff).max | default "30s" }}
exit: {{ (.Values.agent).exit | default "auto" }}
rescue: {{ (.Values.agent).rescue | default "move" }}
http:
  host: "::"
  port: {{ include "mooring.port" . }}
log:
  level: {{ $log.level | default "info" }}
  file: {{ $log.file | default nil | toJson }}
kubernetes:
  enabled: {{ include "mooring.reports" . | default "false" }}
  instance: {{ include "mooring.instance" . | quote }}
  pinned: {{ include "mooring.pinned" . }}
  heartbeat: {{ (.Values.kubernetes).heartbeat | default "0s" }}
  label: {{ include "mooring.nodeLabel" . }}
  condition: {{ (.Values.kubernetes).condition | default "VolumeMountsReady" }}
  startupTaint: {{ (.Values.kubernetes).startupTaint | default nil | toJson }}
  {{- with fromJsonArray (include "mooring.localVolumes" .) }}
  localVolumes:
    {{- range . }}
    - {namespace: {{ quote .namespace }}, claim: {{ quote .claim }}, path: {{ quote .path }}}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
With `nodes` the hostname selector brings each pod back to its node, and a claim comes with it. An ephemeral claim does not:
then the agent looks for itself.
*/}}
{{- define "mooring.pinned" -}}
{{- $pinned := and (eq (include "mooring.mode" .) "statefulset") (not (empty .Values.nodes)) -}}
{{- range fromJsonArray (include "mooring.mounts" .) }}{{ if eq .volume "ephemeral" }}{{ $pinned = false }}{{ end }}{{ end -}}
{{- ternary "true" "auto" $pinned -}}
{{- end -}}

{{- define "mooring.port" -}}
{{- int ((.Values.metrics).port | default 8000) -}}
{{- end -}}

{{- define "mooring.reports" -}}
{{- include "mooring.on" (.Values.kubernetes).report -}}
{{- end -}}

{{- define "mooring.nodeLabel" -}}
{{- (.Values.kubernetes).label | default "volume-mounts" -}}
{{- end -}}

{{/* By version: `helm template` does not know which APIs a cluster has. */}}
{{- define "mooring.admissionPolicy" -}}
{{- if and (include "mooring.on" (.Values.kubernetes).admissionPolicy) (include "mooring.reports" .) (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) }}true{{ end -}}
{{- end -}}
