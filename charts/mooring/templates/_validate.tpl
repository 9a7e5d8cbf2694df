{{/*
What cannot work is refused here, every problem at once, each with a sentence that says what to do. The schema refuses
what is misspelt or of the wrong type; this refuses what is well formed and would fail on the cluster, or destroy data.
*/}}
{{- define "mooring.validate" -}}
{{- $problems := list -}}
{{- range $check := list "mode" "names" "paths" "volumes" "sharing" "pod" "agent" "identity" "localVolumes" "standingVolumes" -}}
{{- $problems = concat $problems (include (printf "mooring.validate.%s" $check) $ | trim | splitList "\n") -}}
{{- end -}}
{{- with compact $problems -}}
{{- fail (printf "\n\nmooring cannot be installed with these values:\n  - %s\n" (join "\n  - " (uniq .))) -}}
{{- end -}}
{{- end -}}

{{- define "mooring.validate.mode" -}}
{{- $mounts := fromJsonArray (include "mooring.mounts" .) -}}
{{- $daemonset := eq (include "mooring.mode" .) "daemonset" -}}
{{- if not $mounts }}
mounts: there is none; name at least one, for example --set mounts.dumps.size=20Gi
{{- end -}}
{{- if and .Values.nodes $daemonset }}
nodes: only mode statefulset pins agents to nodes; remove nodes, or set mode: statefulset. A DaemonSet chooses its nodes by nodeSelector
{{- end -}}
{{- if and .Values.nodes (not $daemonset) (gt (int .Values.replicas) 1) }}
replicas: nodes makes one agent for each of its entries; leave replicas at 1, or remove nodes
{{- end -}}
{{- if gt (int (toString ((.Values.updateStrategy).rollingUpdate).maxSurge | regexFind "^[0-9]+")) 0 }}
updateStrategy.rollingUpdate.maxSurge: two agents on one node would wait for each other's lock; remove maxSurge and use maxUnavailable
{{- end -}}
{{- end -}}

{{/* A StatefulSet's pods carry <name>-<10 characters> in a label of at most 63. */}}
{{- define "mooring.validate.names" -}}
{{- $fullname := include "mooring.fullname" . -}}
{{- $longest := ternary 34 52 (not (empty .Values.nodes)) -}}
{{- if gt (len $fullname) $longest }}
fullnameOverride: the name {{ $fullname }} has {{ len $fullname }} characters and at most {{ $longest }} are possible{{ if .Values.nodes }} with nodes{{ end }}; set fullnameOverride to a shorter one
{{- end -}}
{{- $taken := dict -}}
{{- range fromJsonArray (include "mooring.workloads" .) -}}
{{- if hasKey $taken .name }}
nodes: {{ get $taken .name }} and {{ .node }} would both have the StatefulSet {{ .name }}; put one of them into a release of its own
{{- end -}}
{{- $_ := set $taken .name .node -}}
{{- end -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $fullname) }}
fullnameOverride: {{ $fullname }} is not a DNS label; use lower-case letters, digits and hyphens
{{- end -}}
{{- range fromJsonArray (include "mooring.mounts" .) }}
{{- if or (gt (len .name) 40) (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" .name)) }}
mounts.{{ .name }}: the name must be a DNS label of at most 40 characters; use lower-case letters, digits and hyphens
{{- end -}}
{{- end -}}
{{- range $name, $local := (.Values.consumers).localVolumes }}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" $name) }}
consumers.localVolumes.{{ $name }}: the name must be a DNS label of at most 63 characters; use lower-case letters, digits and hyphens
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What belongs to the system, the kubelet or a container runtime. Nobody shares mounts with the node from there. */}}
{{- define "mooring.systemDirectories" -}}
/ /bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /root /run /sbin /sys /tmp /usr /var
/etc/cni /etc/kubernetes /opt/cni /run/containerd /run/crio /run/k3s /run/netns /run/systemd /run/udev
/var/cache /var/lib /var/lib/cni /var/lib/containerd /var/lib/containers /var/lib/cri-dockerd /var/lib/crio /var/lib/docker /var/lib/etcd
/var/lib/k0s /var/lib/kubelet /var/lib/rancher /var/lib/systemd /var/log /var/log/containers /var/log/pods /var/run /var/snap /var/spool /var/tmp
{{- end -}}

{{/* Inside these, at any depth, nothing may be mounted: not persistent, read-only, or swept by their owner. */}}
{{- define "mooring.closedDirectories" -}}
/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /sbin /sys /usr /var/lib/cni /var/lib/containerd /var/lib/containers /var/lib/crio /var/lib/docker /var/lib/etcd /var/lib/kubelet /var/lib/systemd /var/log/containers /var/log/pods
{{- end -}}

{{- define "mooring.validate.paths" -}}
{{- $mounts := fromJsonArray (include "mooring.mounts" .) -}}
{{- $system := include "mooring.systemDirectories" . | replace "\n" " " | splitList " " -}}
{{- $closed := include "mooring.closedDirectories" . | replace "\n" " " | splitList " " -}}
{{- range $mount := $mounts -}}
{{- $path := $mount.hostPath -}}
{{- $at := printf "mounts.%s.hostPath" $mount.name -}}
{{- if not (hasPrefix "/" $path) }}
{{ $at }}: {{ $path }} is relative; write it from the root, like /var/lib/mooring/{{ $mount.name }}
{{- else if not (regexMatch "^(/[A-Za-z0-9._+@-]+)+$" $path) }}
{{ $at }}: {{ $path }} must be plain directory names between single slashes; use letters, digits and . _ + @ -
{{- else if or (has ".." (splitList "/" $path)) (has "." (splitList "/" $path)) }}
{{ $at }}: {{ $path }} contains . or ..; write the path that you mean
{{- else if lt (len (splitList "/" $path)) 3 }}
{{ $at }}: {{ $path }} lies directly below /, and the directory above it is shared with the node; go one level deeper, like {{ $path }}/{{ $mount.name }}
{{- else -}}
{{- $parent := dir $path -}}
{{- $held := "" -}}
{{- range $system }}{{ if or (eq . $parent) (hasPrefix (printf "%s/" $parent) .) }}{{ if not $held }}{{ $held = . }}{{ end }}{{ end }}{{ end -}}
{{- $inside := "" -}}
{{- range $closed }}{{ if hasPrefix (printf "%s/" .) $path }}{{ $inside = . }}{{ end }}{{ end -}}
{{- if $inside }}
{{ $at }}: {{ $path }} lies in {{ $inside }}, which belongs to the system; use a directory of Mooring's own, like /var/lib/mooring/{{ $mount.name }}
{{- else if $held }}
{{ $at }}: {{ $parent }}, the directory above {{ $path }}, would be shared with the node and {{ if eq $held $parent }}belongs to the system{{ else }}holds {{ $held }}{{ end }}; put a directory of Mooring's own in between, like {{ ternary "/var/lib" $parent (regexMatch "^/(run|tmp|root|var$|var/(run|tmp|cache|spool|log))" $parent) }}/mooring/{{ base $path }}
{{- end -}}
{{- end -}}
{{- range $other := $mounts -}}
{{- if and (eq $other.hostPath $path) (lt $mount.name $other.name) }}
mounts.{{ $other.name }}.hostPath: {{ $path }} is the host path of mounts.{{ $mount.name }} too; give each mount its own
{{- else if hasPrefix (printf "%s/" $path) $other.hostPath }}
mounts.{{ $other.name }}.hostPath: {{ $other.hostPath }} lies inside {{ $path }} of mounts.{{ $mount.name }}, and would be hidden by it; put it beside, like {{ dir $path }}/{{ $other.name }}
{{- end -}}
{{- if eq $other.volume "hostPath" -}}
{{- $source := $other.sourcePath -}}
{{- if and $source (or (eq $source $path) (hasPrefix (printf "%s/" $source) $path) (hasPrefix (printf "%s/" $path) $source)) }}
mounts.{{ $other.name }}.sourcePath: {{ $source }} and the host path {{ $path }} are the same or one inside the other; keep source and host path apart
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mooring.validate.volumes" -}}
{{- $keeps := dict -}}
{{- $volumes := dict -}}
{{- range $mount := fromJsonArray (include "mooring.mounts" .) -}}
{{- $at := printf "mounts.%s" $mount.name -}}
{{- if and (eq $mount.volume "existing") (not $mount.existingClaim) }}
{{ $at }}.existingClaim: volume: existing needs the name of a claim in namespace {{ $.Release.Namespace }}; set {{ $at }}.existingClaim
{{- end -}}
{{- if and (ne $mount.volume "existing") $mount.existingClaim }}
{{ $at }}.existingClaim: it would not be used with volume: {{ $mount.volume }}; set {{ $at }}.volume to existing, or remove it
{{- end -}}
{{- if and (eq $mount.volume "hostPath") (not $mount.sourcePath) }}
{{ $at }}.sourcePath: volume: hostPath needs the directory of the node that is to appear at {{ $mount.hostPath }}; set {{ $at }}.sourcePath
{{- end -}}
{{- if and (ne $mount.volume "hostPath") $mount.sourcePath }}
{{ $at }}.sourcePath: it would not be used with volume: {{ $mount.volume }}; set {{ $at }}.volume to hostPath, or remove it
{{- end -}}
{{- if and $mount.sourcePath (or (not (regexMatch "^(/[A-Za-z0-9._+@-]+)+$" $mount.sourcePath)) (has ".." (splitList "/" $mount.sourcePath))) }}
{{ $at }}.sourcePath: {{ $mount.sourcePath }} must be an absolute path below / without ..; write it like /mnt/disks/dumps
{{- end -}}
{{- if and (eq $mount.volume "ephemeral") (not $mount.acceptDataLoss) }}
{{ $at }}.acceptDataLoss: an ephemeral volume is deleted with its pod, at every rollout; set {{ $at }}.acceptDataLoss to true if that is meant, or use volume: claim
{{- end -}}
{{- if and $mount.made (ge (include "mooring.bytes" $mount.minFree.bytes | int64) (include "mooring.bytes" $mount.size | int64)) }}
{{ $at }}.minFree.bytes: {{ $mount.minFree.bytes }} can never be free in a claim of {{ $mount.size }}, and the mount would always be Degraded; lower minFree.bytes, or raise {{ $at }}.size
{{- end -}}
{{- $paths := list -}}
{{- range $mount.directories -}}
{{- with include "mooring.validate.directory" .path | trim }}
{{ $at }}.directories: {{ . }}
{{- end -}}
{{- if has .path $paths }}
{{ $at }}.directories: {{ .path }} is there twice; name each directory once
{{- end -}}
{{- $paths = append $paths .path -}}
{{- end -}}
{{- $volume := ternary (printf "claim %s" $mount.existingClaim) (printf "directory %s" $mount.sourcePath) (eq $mount.volume "existing") -}}
{{- if has $mount.volume (list "existing" "hostPath") -}}
{{- if hasKey $volumes $volume }}
{{ $at }}: the {{ $volume }} is the volume of mounts.{{ get $volumes $volume }} already, and a volume belongs to one mount; use one mount with directories, or another volume
{{- end -}}
{{- $_ := set $volumes $volume $mount.name -}}
{{- end -}}
{{- if eq $mount.volume "template" }}{{ $_ := set $keeps (toString $mount.keep) $mount.name }}{{ end -}}
{{- end -}}
{{- if gt (len $keeps) 1 }}
mounts.{{ get $keeps "false" }}.keep: a StatefulSet keeps or deletes all of its claims; give keep the same value in every mount with volume: template
{{- end -}}
{{- end -}}

{{/* A path below a volume's root; `.mooring` and `.ready` there are the agent's. */}}
{{- define "mooring.validate.directory" -}}
{{- $path := toString . -}}
{{- $parts := splitList "/" $path -}}
{{- if or (hasPrefix "/" $path) (has ".." $parts) (has "." $parts) (has "" $parts) }}
{{ $path }} must be a plain path below the volume's root, without .. or a leading or trailing slash; write it like {{ without $parts ".." "." "" | join "/" | default "app-one" }}
{{- else if has (first $parts) (list ".mooring" ".ready") }}
{{ $path }} is kept by the agent; choose another directory
{{- end -}}
{{- end -}}

{{/* Which volumes can be on several nodes at once. */}}
{{- define "mooring.validate.sharing" -}}
{{- $daemonset := eq (include "mooring.mode" .) "daemonset" -}}
{{- $agents := max (.Values.nodes | default list | len) (include "mooring.replicas" . | int) -}}
{{- range $mount := fromJsonArray (include "mooring.mounts" .) -}}
{{- $at := printf "mounts.%s" $mount.name -}}
{{- $shared := has "ReadWriteMany" $mount.accessModes -}}
{{- if and $daemonset (eq $mount.volume "template") }}
{{ $at }}.volume: a DaemonSet has no claim templates; use volume: hostPath, volume: claim with accessModes: [ReadWriteMany], or mode: statefulset with nodes
{{- end -}}
{{- if and $daemonset (has $mount.volume (list "claim" "existing")) (not $shared) (not $.Values.singleNode) }}
{{ $at }}.accessModes: the agents of a DaemonSet share the claim, and {{ join ", " $mount.accessModes }} lets one node mount it; use accessModes: [ReadWriteMany] where the storage can, volume: hostPath, or mode: statefulset. On a cluster of one node set singleNode: true
{{- end -}}
{{- if and (not $daemonset) (gt $agents 1) (not $shared) -}}
{{- if and (eq $mount.volume "claim") (empty $.Values.nodes) }}
{{ $at }}.accessModes: {{ $agents }} replicas on different nodes cannot share a claim that is {{ join ", " $mount.accessModes }}; use volume: template for a claim each, nodes for pinned agents, or accessModes: [ReadWriteMany]
{{- else if eq $mount.volume "existing" }}
{{ $at }}.accessModes: {{ $agents }} agents on different nodes cannot share the claim {{ $mount.existingClaim }} when it is {{ join ", " $mount.accessModes }}; use one agent, volume: template, or say accessModes: [ReadWriteMany] if the claim is
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Server-side apply refuses two entries of one name, and a second mount on one path hides the first. */}}
{{- define "mooring.validate.pod" -}}
{{- $mounts := fromJsonArray (include "mooring.mounts" .) -}}
{{- range $name := list "NODE_NAME" "POD_NAME" "POD_NAMESPACE" "POD_UID" -}}
{{- if hasKey ($.Values.extraEnv | default dict) $name }}
extraEnv.{{ $name }}: the chart sets it from the pod itself; remove it
{{- end -}}
{{- end -}}
{{- if hasKey ($.Values.extraEnv | default dict) "HTTP_PORT" }}
extraEnv.HTTP_PORT: the chart sets it; use metrics.port instead
{{- end -}}
{{- if hasKey ($.Values.extraEnv | default dict) "MOUNT_PATHS" }}
extraEnv.MOUNT_PATHS: it would override the configuration behind the chart's back; use mounts instead
{{- end -}}
{{- $names := list "config" "proc" -}}
{{- $paths := list "/etc/mooring" -}}
{{- range $index, $parent := fromJsonArray (include "mooring.parents" .) -}}
{{- $names = append $names (printf "parent-%d" $index) -}}
{{- $paths = append $paths (printf "/host%s" $parent) -}}
{{- end -}}
{{- range $mounts -}}
{{- $names = append $names (printf "volume-%s" .name) -}}
{{- $paths = append $paths (printf "/volumes/%s" .name) -}}
{{- end -}}
{{- range .Values.extraVolumes -}}
{{- if has .name $names }}
extraVolumes: the pod already has a volume {{ .name }}; choose another name
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- range .Values.extraVolumeMounts -}}
{{- $path := toString .mountPath | trimSuffix "/" -}}
{{- if or (has $path (list "" "/host" "/volumes" "/mooring")) (hasPrefix "/host/" $path) (hasPrefix "/volumes/" $path) (has $path $paths) }}
extraVolumeMounts: {{ .mountPath }} is Mooring's own; mount it somewhere else, like /extra
{{- end -}}
{{- $paths = append $paths $path -}}
{{- end -}}
{{- with ((.Values.agent).log).file -}}
{{- $file := . -}}
{{- $writable := false -}}
{{- range $.Values.extraVolumeMounts }}{{ if hasPrefix (printf "%s/" (toString .mountPath | trimSuffix "/")) $file }}{{ $writable = true }}{{ end }}{{ end -}}
{{- if not $writable }}
agent.log.file: {{ $file }} lies on the read-only root file system; add a volume for it with extraVolumes and extraVolumeMounts, or leave it null and read the pod's log
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the agent would refuse in its configuration, said before it is installed. */}}
{{- define "mooring.validate.agent" -}}
{{- $monitor := (.Values.agent).monitor | default dict -}}
{{- $backoff := ((.Values.agent).recovery).backoff | default dict -}}
{{- $interval := include "mooring.milliseconds" ($monitor.interval | default "30s") | int64 -}}
{{- if lt $interval 100 }}
agent.monitor.interval: {{ $monitor.interval }} is too short for a probe that reads and writes; use at least 100ms
{{- end -}}
{{- if ge (include "mooring.milliseconds" ($monitor.timeout | default "5s") | int64) $interval }}
agent.monitor.timeout: {{ $monitor.timeout | default "5s" }} is not shorter than the interval of {{ $monitor.interval | default "30s" }}; lower the timeout, or raise agent.monitor.interval
{{- end -}}
{{- if gt (include "mooring.milliseconds" ($backoff.min | default "50ms") | int64) (include "mooring.milliseconds" ($backoff.max | default "30s") | int64) }}
agent.recovery.backoff.min: {{ $backoff.min | default "50ms" }} is longer than max, {{ $backoff.max | default "30s" }}; swap them
{{- end -}}
{{- $heartbeat := (.Values.kubernetes).heartbeat | default "0s" -}}
{{- if and (gt (include "mooring.milliseconds" $heartbeat | int64) 0) (lt (include "mooring.milliseconds" $heartbeat | int64) 10000) }}
kubernetes.heartbeat: {{ $heartbeat }} would write to the API server too often; use 0s (only changes) or at least 10s
{{- end -}}
{{- $condition := (.Values.kubernetes).condition -}}
{{- if has $condition (list "Ready" "MemoryPressure" "DiskPressure" "PIDPressure" "NetworkUnavailable") }}
kubernetes.condition: {{ $condition }} belongs to Kubernetes itself; choose another name, like VolumeMountsReady
{{- end -}}
{{- end -}}

{{/* 1h30m in milliseconds. */}}
{{- define "mooring.milliseconds" -}}
{{- $text := toString . -}}
{{- $sum := int64 0 -}}
{{- range regexFindAll "[0-9]+(ms|h|m|s)" $text -1 -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- $sum = add $sum (mul (trimSuffix $unit . | int64) (get (dict "h" 3600000 "m" 60000 "s" 1000 "ms" 1) $unit)) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "mooring.validate.identity" -}}
{{- if and (not (include "mooring.on" (.Values.serviceAccount).create)) (not (.Values.serviceAccount).name) }}
serviceAccount.name: without one of its own the agent would give its rights to everything that runs as `default`; name an existing ServiceAccount, or set serviceAccount.create to true
{{- end -}}
{{- if and .Values.unlockOnUninstall (not (and (include "mooring.on" .Values.uninstallHook) (include "mooring.reports" .))) }}
unlockOnUninstall: it is the uninstall hook that unlocks; set uninstallHook and kubernetes.report to true, or run `mooring release --purge` on each node
{{- end -}}
{{- end -}}

{{- define "mooring.validate.localVolumes" -}}
{{- $mounts := dict -}}
{{- range fromJsonArray (include "mooring.mounts" .) }}{{ $_ := set $mounts .name . }}{{ end -}}
{{- $claims := dict -}}
{{- range $name, $local := (.Values.consumers).localVolumes -}}
{{- if kindIs "map" $local -}}
{{- $at := printf "consumers.localVolumes.%s" $name -}}
{{- if not (hasKey $mounts (toString $local.mount)) }}
{{ $at }}.mount: there is no mount {{ $local.mount }}; choose one of {{ keys $mounts | sortAlpha | join ", " }}
{{- end -}}
{{- with include "mooring.validate.directory" $local.path | trim }}
{{ $at }}.path: {{ . }}
{{- end -}}
{{- $claim := printf "%s/%s" $local.namespace $local.claim -}}
{{- if hasKey $claims $claim }}
{{ $at }}.claim: the claim {{ $claim }} is bound by consumers.localVolumes.{{ get $claims $claim }} already; give each volume its own claim
{{- end -}}
{{- $_ := set $claims $claim $name -}}
{{- if and (not $local.nodes) (not $.Values.nodes) (eq (include "mooring.mode" $) "statefulset") (not (include "mooring.reports" $)) }}
{{ $at }}.nodes: without reports no node label tells where the agent is; name the nodes, or set kubernetes.report to true
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
A changed place would be refused by the API in the middle of an upgrade. `lookup` knows what stands on a cluster; without
one it finds nothing, and the API has the last word.
*/}}
{{- define "mooring.validate.standingVolumes" -}}
{{- range $local := fromJsonArray (include "mooring.localVolumes" .) -}}
{{- $name := include "mooring.localVolumeName" (dict "root" $ "name" $local.name) -}}
{{- $standing := (lookup "v1" "PersistentVolume" "" $name).spec -}}
{{- $place := fromYaml (include "mooring.localVolumePlace" (dict "root" $ "local" $local)) -}}
{{- if and $standing (ne (pick $standing "local" "nodeAffinity" | toJson) (toJson $place)) }}
consumers.localVolumes.{{ $local.name }}: the PersistentVolume {{ $name }} would change its path or its nodes, and Kubernetes lets neither be changed; delete the claim {{ $local.namespace }}/{{ $local.claim }}, then that PersistentVolume, and upgrade again. No file is deleted with them
{{- end -}}
{{- end -}}
{{- end -}}
