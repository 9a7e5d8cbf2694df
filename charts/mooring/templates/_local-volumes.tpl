{{/* What applications in namespaces without hostPath use, as a JSON list: the claim that may bind it, and where it lies on the node. */}}
{{- define "mooring.localVolumes" -}}
{{- $mounts := dict -}}
{{- range fromJsonArray (include "mooring.mounts" .) }}{{ $_ := set $mounts .name . }}{{ end -}}
{{- $volumes := list -}}
{{- range $name, $local := (.Values.consumers).localVolumes -}}
{{- if kindIs "map" $local -}}
{{- $path := printf "%s/%s" (get $mounts $local.mount | default dict).hostPath $local.path -}}
{{- $volumes = append $volumes (dict "name" $name "namespace" $local.namespace "claim" $local.claim "path" $path "size" $local.size "nodes" $local.nodes) -}}
{{- end -}}
{{- end -}}
{{- toJson $volumes -}}
{{- end -}}

{{/*
The nodes that have the directory. Kubernetes does not let this be changed, so it depends on nothing that moves: the nodes
that the volume names, else (StatefulSet) those whose label says that an agent is there, `nodes` or not, else (DaemonSet)
every node. Without reports there is no label, and `nodes` is all that is known.
*/}}
{{- define "mooring.localVolumeNodes" -}}
{{- $labelled := and (eq (include "mooring.mode" .root) "statefulset") (include "mooring.reports" .root) -}}
{{- $nodes := .local.nodes -}}
{{- if not $labelled }}{{ $nodes = $nodes | default .root.Values.nodes }}{{ end -}}
{{- if $nodes -}}
- key: kubernetes.io/hostname
  operator: In
  values:
    {{- toYaml $nodes | nindent 4 }}
{{- else if $labelled -}}
- key: {{ include "mooring.nodeLabel" .root }}
  operator: Exists
{{- else -}}
- key: kubernetes.io/os
  operator: In
  values: [linux]
{{- end -}}
{{- end -}}

{{/* Where it lies. The API refuses any change of this. Call with (dict "root" $ "local" …). */}}
{{- define "mooring.localVolumePlace" -}}
# The kubelet holds its pods back until the directory is there, which is as soon as the mount is.
local:
  path: {{ .local.path }}
nodeAffinity:
  required:
    nodeSelectorTerms:
      - matchExpressions:
          {{- include "mooring.localVolumeNodes" . | nindent 10 }}
{{- end -}}

{{- define "mooring.localVolumeName" -}}
{{- printf "%s-%s-%s" .root.Release.Namespace .root.Release.Name .name -}}
{{- end -}}
