{{/*
The alerts. Thresholds of space are the mounts' own minFree, so there is one rule per mount for those.
`{{`{{`}} $labels … }}` below is Prometheus' template, not Helm's.
*/}}
{{- define "mooring.alerts" -}}
{{- $rule := (.Values.metrics).prometheusRule | default dict -}}
{{- $of := $rule.selector | default (printf `namespace="%s",pod=~"%s"` .Release.Namespace (include "mooring.podPattern" .)) -}}
{{- $runbook := $rule.runbookUrl | default "https://github.com/mooring-project/mooring/blob/main/docs/alerts.md" -}}
{{- $more := $rule.alertLabels | default dict -}}
{{- $alerts := list -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringMountNotReady" "severity" "critical" "for" "2m"
  "expr" (printf `max by (namespace, pod, node, mount) (mooring_mount_state{%s,state=~"Healthy|Degraded"}) == 0` $of)
  "summary" "{{ $labels.mount }} is not mounted as it should be on {{ $labels.node }}"
  "description" "For 2 minutes the mount {{ $labels.mount }} has been neither Healthy nor Degraded. What is written to its host path now does not reach the volume.") -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringAgentDown" "severity" "critical" "for" "5m"
  "expr" (printf `up{%s} == 0` $of)
  "summary" "The agent {{ $labels.pod }} does not answer"
  "description" "Prometheus has not reached the agent {{ $labels.pod }} for 5 minutes. Its mounts stay, but nobody heals them.") -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringRestartsOften" "severity" "warning" "for" "0m"
  "expr" (printf `increase(kube_pod_container_status_restarts_total{namespace="%s",pod=~"%s",container="mooring"}[1h]) > %d` .Release.Namespace (include "mooring.podPattern" .) (int ($rule.restartsPerHour | default 3)))
  "summary" "The agent {{ $labels.pod }} restarts often"
  "description" "{{ $value | humanize }} restarts within an hour.") -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringRecoversOften" "severity" "warning" "for" "0m"
  "expr" (printf `increase(volume_mount_recoveries_total{%s}[1h]) > %d` $of (int ($rule.recoveriesPerHour | default 5)))
  "summary" "Something keeps taking {{ $labels.mount }} away on {{ $labels.node }}"
  "description" "{{ $value | humanize }} heals within an hour. The mount comes back each time, but its consumers may notice.") -}}

{{- range fromJsonArray (include "mooring.mounts" .) -}}
{{- $alerts = append $alerts (dict
  "alert" "MooringSpaceLow" "severity" "warning" "for" "5m"
  "expr" (printf `mooring_filesystem_avail_bytes{%s,mount="%s"} < %s` $of .name (include "mooring.bytes" .minFree.bytes))
  "summary" "{{ $labels.mount }} is nearly full on {{ $labels.node }}"
  "description" (printf "{{ $value | humanize1024 }}B are left, less than its minFree of %v." .minFree.bytes)) -}}
{{- $alerts = append $alerts (dict
  "alert" "MooringInodesLow" "severity" "warning" "for" "5m"
  "expr" (printf `mooring_filesystem_files_free{%s,mount="%s"} < %d and mooring_filesystem_files{%s,mount="%s"} > 0` $of .name (int64 .minFree.inodes) $of .name)
  "summary" "{{ $labels.mount }} is running out of inodes on {{ $labels.node }}"
  "description" (printf "{{ $value | humanize }} inodes are left, fewer than its minFree of %d." (int64 .minFree.inodes))) -}}
{{- end -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringShadowedFiles" "severity" "warning" "for" "15m"
  "expr" (printf `mooring_shadowed_files{%s} > 0` $of)
  "summary" "Files lie hidden under {{ $labels.mount }} on {{ $labels.node }}"
  "description" "{{ $value }} files were written while the mount was away and could not be moved into the volume yet.") -}}

{{- $alerts = append $alerts (dict
  "alert" "MooringProbeStuck" "severity" "critical" "for" "2m"
  "expr" (printf `mooring_volume_child_stuck{%s} > 0` $of)
  "summary" "The volume behind {{ $labels.mount }} does not answer on {{ $labels.node }}"
  "description" "A probe of the volume has hung for 2 minutes. Whoever touches the volume hangs with it.") -}}

{{- range $alerts }}
- alert: {{ .alert }}
  expr: {{ .expr | squote }}
  for: {{ .for }}
  labels:
    {{- merge (dict "severity" .severity) $more | toYaml | nindent 4 }}
  annotations:
    summary: {{ .summary | quote }}
    description: {{ .description | quote }}
    runbook_url: {{ printf "%s#%s" $runbook (lower .alert) }}
{{- end }}
{{- end -}}
