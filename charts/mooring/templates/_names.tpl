{{- define "mooring.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mooring.fullname" -}}
{{- $name := include "mooring.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name -}}
{{- end -}}
{{- end -}}

{{/* Cluster-scoped objects of two releases must not meet: namespace and name. */}}
{{- define "mooring.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "mooring.fullname" .) -}}
{{- end -}}

{{/* Part of annotation keys, so at most 63 characters; a longer one is cut and told apart by a hash. */}}
{{- define "mooring.instance" -}}
{{- $instance := (.Values.kubernetes).instance | default (printf "%s-%s" .Release.Namespace .Release.Name) -}}
{{- if gt (len $instance) 63 -}}
{{- printf "%s-%s" ($instance | trunc 54 | trimAll "-.") (sha256sum $instance | trunc 8) -}}
{{- else -}}
{{- $instance -}}
{{- end -}}
{{- end -}}

{{- define "mooring.mode" -}}
{{- .Values.mode | default "statefulset" -}}
{{- end -}}

{{/*
The workloads, as a JSON list of {name, node}. One per entry of nodes, otherwise one. A StatefulSet's name is at most 52
characters long (its pods carry <name>-<hash> in a label), so a long node name is cut and told apart by a hash.
*/}}
{{- define "mooring.workloads" -}}
{{- $fullname := include "mooring.fullname" . -}}
{{- $workloads := list -}}
{{- if eq (include "mooring.mode" .) "statefulset" -}}
{{- range $node := .Values.nodes -}}
{{- $name := printf "%s-%s" $fullname ($node | lower | replace "." "-" | replace "_" "-") -}}
{{- if gt (len $name) 52 -}}
{{- $name = printf "%s-%s" ($name | trunc 43 | trimSuffix "-") (sha256sum $node | trunc 8) -}}
{{- end -}}
{{- $workloads = append $workloads (dict "name" $name "node" $node) -}}
{{- end -}}
{{- end -}}
{{- if not $workloads -}}
{{- $workloads = list (dict "name" $fullname "node" "") -}}
{{- end -}}
{{- toJson $workloads -}}
{{- end -}}

{{/* Agents of one workload. 0 is a number of its own, not an absent one. */}}
{{- define "mooring.replicas" -}}
{{- if .Values.nodes -}}
1
{{- else if kindIs "invalid" .Values.replicas -}}
1
{{- else -}}
{{- int .Values.replicas -}}
{{- end -}}
{{- end -}}

{{/* Never a version in here: selectors cannot be changed. */}}
{{- define "mooring.selectorLabels" -}}
app.kubernetes.io/name: {{ include "mooring.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: agent
{{- end -}}

{{/* Labels of an object, ours before yours. Call with (dict "root" $ "component" "agent"), and "more" for labels of that object only. */}}
{{- define "mooring.labels" -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "mooring.name" .root)
  "app.kubernetes.io/instance" .root.Release.Name
  "app.kubernetes.io/component" .component
  "app.kubernetes.io/part-of" "mooring"
  "app.kubernetes.io/managed-by" .root.Release.Service
  "app.kubernetes.io/version" .root.Chart.AppVersion
  "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- merge $own (.more | default dict) (.root.Values.commonLabels | default dict) | toYaml -}}
{{- end -}}

{{- define "mooring.serviceAccountName" -}}
{{- (.Values.serviceAccount).name | default (include "mooring.fullname" .) -}}
{{- end -}}

{{- define "mooring.image" -}}
{{- $registry := (.Values.global).imageRegistry | default (.Values.image).registry -}}
{{- $repository := (.Values.image).repository | default "mooring/mooring" -}}
{{- if $registry -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" $registry) $repository -}}
{{- end -}}
{{- if (.Values.image).digest -}}
{{- printf "%s@%s" $repository (.Values.image).digest -}}
{{- else -}}
{{- printf "%s:%s" $repository ((.Values.image).tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "mooring.imagePullSecrets" -}}
{{- with concat ((.Values.global).imagePullSecrets | default list) (.Values.imagePullSecrets | default list) | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "mooring.priorityClassName" -}}
{{- if .Values.priorityClassName -}}
{{- .Values.priorityClassName -}}
{{- else if ne (toString (.Values.priorityClass).create) "false" -}}
{{- printf "%s-%d" (include "mooring.clusterName" .) (int64 ((.Values.priorityClass).value | default 1000000)) -}}
{{- end -}}
{{- end -}}

{{/* A regular expression that the names of the agents' pods match, and those of no other release. */}}
{{- define "mooring.podPattern" -}}
{{- if eq (include "mooring.mode" .) "daemonset" -}}
{{- include "mooring.fullname" . }}-[a-z0-9]{5}
{{- else -}}
{{- $names := list -}}
{{- range fromJsonArray (include "mooring.workloads" .) }}{{ $names = append $names .name }}{{ end -}}
{{ if gt (len $names) 1 }}({{ join "|" $names }}){{ else }}{{ first $names }}{{ end }}-[0-9]+
{{- end -}}
{{- end -}}

{{/*
What is on unless it is switched off. A release upgraded with --reuse-values lacks the values that its first chart did
not have, so an absent switch must mean the default. Call with the value; prints "true" or nothing.
*/}}
{{- define "mooring.on" -}}
{{- if ne (toString .) "false" }}true{{ end -}}
{{- end -}}

{{/* A value as text. Numbers of a values file are floating point here, and a template alone would print 1e+08. */}}
{{- define "mooring.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}
