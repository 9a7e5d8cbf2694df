{{/*
Yours, and two additions. Without a nodeAffinity of yours: never on virtual nodes, which have no host to mount on.
In mode statefulset: one agent per node. That holds with one replica too, so that scaling does not roll the pods.
Call with (dict "root" $ "workload" {name, node}).
*/}}
{{- define "mooring.affinity" -}}
{{- $given := deepCopy (.root.Values.affinity | default dict) -}}
{{- if not $given.nodeAffinity -}}
{{- $_ := set $given "nodeAffinity" (fromYaml (include "mooring.noVirtualNodes" .root)) -}}
{{- end -}}
{{- if and (eq (include "mooring.mode" .root) "statefulset") (not .workload.node) -}}
{{- $apart := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" (fromYaml (include "mooring.selectorLabels" .root))) -}}
{{- $anti := $given.podAntiAffinity | default dict -}}
{{- $required := append ($anti.requiredDuringSchedulingIgnoredDuringExecution | default list) $apart -}}
{{- $_ := set $anti "requiredDuringSchedulingIgnoredDuringExecution" $required -}}
{{- $_ := set $given "podAntiAffinity" $anti -}}
{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{- define "mooring.noVirtualNodes" -}}
requiredDuringSchedulingIgnoredDuringExecution:
  nodeSelectorTerms:
    - matchExpressions:
        - key: type
          operator: NotIn
          values: [virtual-kubelet]
        - key: eks.amazonaws.com/compute-type
          operator: NotIn
          values: [fargate]
{{- end -}}

{{/*
A StatefulSet that tolerated everything would be scheduled back onto the node it is drained from, so it never tolerates
`unschedulable`. Its pod stays on a node that does not answer, as its mounts do (NoExecute); one that replaces a pod deleted
by force is not put there (NoSchedule). The startup taint is always tolerated: only the agent removes it.
*/}}
{{- define "mooring.tolerations" -}}
{{- $tolerations := .Values.tolerations -}}
{{- $everything := list (dict "operator" "Exists") -}}
{{- if kindIs "invalid" $tolerations -}}
{{- if eq (include "mooring.mode" .) "daemonset" -}}
{{- $tolerations = $everything -}}
{{- else -}}
{{- $tolerations = list -}}
{{- range list "node.kubernetes.io/not-ready" "node.kubernetes.io/unreachable" -}}
{{- $tolerations = append $tolerations (dict "key" . "operator" "Exists" "effect" "NoExecute") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if ne (toJson $tolerations) (toJson $everything) -}}
{{- with (.Values.kubernetes).startupTaint -}}
{{- $tolerations = append $tolerations (dict "key" (regexReplaceAll "[=:].*$" . "") "operator" "Exists") -}}
{{- end -}}
{{- end -}}
{{- with $tolerations }}{{ toYaml . }}{{ end -}}
{{- end -}}
