{{/*
The mounts with every default, as a JSON list ordered by name. An absent field means what `dumps` shows in values.yaml;
a unit test compares the two.
*/}}
{{- define "mooring.mounts" -}}
{{- $mounts := list -}}
{{- range $name, $mount := .Values.mounts -}}
{{- if kindIs "map" $mount -}}
{{- $volume := $mount.volume | default "claim" -}}
{{- $made := has $volume (list "claim" "template" "ephemeral") -}}
{{- $mode := $mount.mode -}}
{{- if kindIs "invalid" $mode -}}
{{- $mode = ternary "1777" "" $made -}}
{{- end -}}
{{- $directories := $mount.directories | default list -}}
{{- range $app, $local := ($.Values.consumers).localVolumes -}}
{{- if and (kindIs "map" $local) (eq (toString $local.mount) $name) -}}
{{- $taken := false -}}
{{- range $directories }}{{ if eq .path $local.path }}{{ $taken = true }}{{ end }}{{ end -}}
{{- if not $taken -}}
{{- $directories = append $directories (pick $local "path" "uid" "gid" "mode") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $options := $mount.options -}}
{{- if kindIs "invalid" $options -}}
{{- $options = list "nosuid" "nodev" -}}
{{- end -}}
{{- $mounts = append $mounts (dict
  "name" $name
  "hostPath" ($mount.hostPath | default (printf "/var/lib/mooring/%s" $name) | trimSuffix "/")
  "volume" $volume
  "made" $made
  "size" ($mount.size | default "10Gi")
  "storageClassName" $mount.storageClassName
  "accessModes" ($mount.accessModes | default (list "ReadWriteOnce"))
  "claimAnnotations" ($mount.claimAnnotations | default dict)
  "existingClaim" ($mount.existingClaim | default "")
  "sourcePath" ($mount.sourcePath | default "" | trimSuffix "/")
  "sourceType" ($mount.sourceType | default "Directory")
  "acceptDataLoss" ($mount.acceptDataLoss | default false)
  "keep" (eq (include "mooring.on" $mount.keep) "true")
  "options" $options
  "mode" $mode
  "directories" $directories
  "onForeign" ($mount.onForeign | default "report")
  "onHang" ($mount.onHang | default "report")
  "minFree" (dict "bytes" (include "mooring.text" ((($mount).minFree).bytes | default "1Gi")) "inodes" (ternary 1000 (($mount).minFree).inodes (kindIs "invalid" (($mount).minFree).inodes)))
  ) -}}
{{- end -}}
{{- end -}}
{{- toJson $mounts -}}
{{- end -}}

{{/*
The directories above the host paths, collapsed to the outermost: a Bidirectional volume inside another one doubles the
node's mounts at every start of the agent.
*/}}
{{- define "mooring.parents" -}}
{{- $all := list -}}
{{- range fromJsonArray (include "mooring.mounts" .) -}}
{{- $all = append $all (dir .hostPath) -}}
{{- end -}}
{{- $all = $all | uniq | sortAlpha -}}
{{- $outermost := list -}}
{{- range $parent := $all -}}
{{- $inside := false -}}
{{- range $all -}}
{{- if hasPrefix (printf "%s/" .) $parent }}{{ $inside = true }}{{ end -}}
{{- end -}}
{{- if not $inside }}{{ $outermost = append $outermost $parent }}{{ end -}}
{{- end -}}
{{- toJson $outermost -}}
{{- end -}}

{{/* Name of the claim behind a mount. Call with (dict "workload" … "mount" …). */}}
{{- define "mooring.claimName" -}}
{{- if eq .mount.volume "existing" -}}
{{- .mount.existingClaim -}}
{{- else -}}
{{- printf "%s-%s" .workload.name .mount.name -}}
{{- end -}}
{{- end -}}

{{/* The spec of a claim that the chart makes: alone, in a StatefulSet's template, or ephemeral. */}}
{{- define "mooring.claimSpec" -}}
accessModes:
  {{- toYaml .accessModes | nindent 2 }}
{{- if not (kindIs "invalid" .storageClassName) }}
storageClassName: {{ .storageClassName | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{/* A quantity in bytes: 1Gi → 1073741824. PromQL knows no units. */}}
{{- define "mooring.bytes" -}}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?" . -}}
{{- $unit := trimPrefix $number . -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- if contains "." $number -}}
{{- mulf (float64 $number) (get $factors $unit) | int64 -}}
{{- else -}}
{{- mul (int64 $number) (get $factors $unit) -}}
{{- end -}}
{{- end -}}
