{{- define "mooring.notes.source" -}}
{{- if eq .volume "claim" -}}
from a claim of {{ .size }}, {{ ternary "kept" "deleted" .keep }} on uninstall
{{- else if eq .volume "template" -}}
from a claim of {{ .size }} for each agent, {{ ternary "kept" "deleted" .keep }} on uninstall
{{- else if eq .volume "existing" -}}
from your claim {{ .existingClaim }}
{{- else if eq .volume "hostPath" -}}
from the node's own {{ .sourcePath }}
{{- else -}}
from an ephemeral claim of {{ .size }}: its data is deleted at every rollout
{{- end -}}
{{- end -}}

{{/* Which case of design "Exit" this release is: does a successor get the same claim on the same node by construction? */}}
{{- define "mooring.notes.upgrade" -}}
{{- $volumes := list -}}
{{- range fromJsonArray (include "mooring.mounts" .) }}{{ $volumes = append $volumes .volume }}{{ end -}}
{{- $exit := (.Values.agent).exit | default "auto" -}}
{{- if eq $exit "keep" -}}
the mounts stay (agent.exit: keep).
{{- else if eq $exit "release" -}}
the mounts are released and made again (agent.exit: release); consumers notice.
{{- else if not (include "mooring.reports" .) -}}
the mounts stay; without reports to Kubernetes an agent never learns that it is removed.
{{- else if has "ephemeral" $volumes -}}
ephemeral volumes are deleted with their pods, so their mounts are released and their data is gone; other mounts follow the rules of their volumes.
{{- else if eq (include "mooring.mode" .) "daemonset" -}}
the mounts stay, because the next agent on the node gets the same volume. Consumers notice nothing.
{{- else if .Values.nodes -}}
the mounts stay, because each agent comes back to its node with its claim. Consumers notice nothing.
{{- else -}}
where the volume ties its pod to one node (local-path, local disks) the mounts stay and consumers notice nothing. Where it does not (most cloud disks) the agent may come up on another node, so it releases first and consumers lose the mount. `nodes` pins it.
{{- end -}}
{{- end -}}

{{- define "mooring.notes.uninstall" -}}
{{- $kept := list -}}
{{- $paths := list -}}
{{- range fromJsonArray (include "mooring.mounts" .) -}}
{{- if and .made .keep (ne .volume "ephemeral") }}{{ $kept = append $kept .name }}{{ end -}}
{{- $paths = append $paths .hostPath -}}
{{- end -}}
{{- if and (include "mooring.on" .Values.uninstallHook) (include "mooring.reports" .) -}}
a hook deletes the agents first and waits until they have released their mounts and marks.
{{- else if eq ((.Values.agent).exit | default "auto") "release" -}}
the agents release their mounts as they end (agent.exit: release).
{{- else -}}
the mounts STAY on the nodes: run `mooring release` on each node, or install with agent.exit: release.
{{- end }}
{{- with $kept }}
The claims of {{ join ", " . }} stay: kubectl -n {{ $.Release.Namespace }} get pvc -l app.kubernetes.io/instance={{ $.Release.Name }}
{{- end }}
{{- if .Values.unlockOnUninstall }}
The bare directories are unlocked, and removed when empty.
{{- else }}
On each node a locked, empty directory stays, so that nothing is written where no volume is. To remove it:
{{- range $paths }}
  chattr -i {{ . }} && rmdir {{ . }}
{{- end }}
{{- end }}
{{- if and (include "mooring.on" .Values.uninstallHook) (include "mooring.reports" .) }}
If the hook fails, its log tells why: kubectl -n {{ .Release.Namespace }} logs job/{{ include "mooring.fullname" . }}-uninstall. `helm uninstall --no-hooks` goes on without it.
{{- end }}
{{- end -}}

{{/* lookup answers only on a cluster; nothing that is installed depends on it. */}}
{{- define "mooring.notes.warnings" -}}
{{- $namespace := lookup "v1" "Namespace" "" .Release.Namespace | default dict -}}
{{- $enforce := get (($namespace.metadata).labels | default dict) "pod-security.kubernetes.io/enforce" -}}
{{- if has $enforce (list "baseline" "restricted") }}
WARNING: namespace {{ .Release.Namespace }} enforces Pod Security `{{ $enforce }}`, so no agent can start. Label it privileged, as above.
{{- end }}
{{- if and (.Capabilities.APIVersions.Has "security.openshift.io/v1") (not (.Values.openshift).enabled) }}
WARNING: this is OpenShift, and without openshift.enabled=true no agent can start.
{{- end }}
{{- if .Capabilities.APIVersions.Has "auto.gke.io/v1" }}
WARNING: this is GKE Autopilot, which runs no privileged pods. Use a Standard cluster.
{{- end }}
{{- if not (include "mooring.reports" .) }}
WARNING: kubernetes.report is off: no node label, no condition, no events; `/readyz` and the metrics still tell the truth.
{{- else if and (include "mooring.on" (.Values.kubernetes).admissionPolicy) (semverCompare "<1.30-0" .Capabilities.KubeVersion.Version) }}
WARNING: Kubernetes {{ .Capabilities.KubeVersion.Version }} has no ValidatingAdmissionPolicy (1.30): an agent's token could change the marks of other nodes.
{{- end }}
{{- if eq .Release.Namespace "default" }}
WARNING: namespace default would have to be privileged for everyone in it. Give Mooring a namespace of its own.
{{- end }}
{{- end -}}
