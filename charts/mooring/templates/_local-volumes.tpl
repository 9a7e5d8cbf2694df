{{/*
The nodes that have the directory. Kubernetes does not let this be changed, so it depends on nothing that moves: named
nodes, else (StatefulSet) nodes whose label says that an agent is there, else (DaemonSet) every node.
*/}}
{{- define "mooring.localVolumeNodes" -}}
{{- $nodes := .local.nodes | default .root.Values.nodes -}}
{{- if $nodes -}}
- key: kubernetes.io/hostname
  operator: In
  values:
    {{- toYaml $nodes | nindent 4 }}
{{- else if eq (include "mooring.mode" .root) "statefulset" -}}
- key: {{ include "mooring.nodeLabel" .root }}
  operator: Exists
{{- else -}}
- key: kubernetes.io/os
  operator: In
  values: [linux]
{{- end -}}
{{- end -}}
