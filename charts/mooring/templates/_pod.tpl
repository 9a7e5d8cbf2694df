{{/*
The one pod template of every workload. Call with (dict "root" $ "workload" {name, node}).

The chart's version is not in its labels: a chart release that changes nothing in the pod must not roll it.
*/}}
{{- define "mooring.pod" -}}
{{- $root := .root -}}
{{- $workload := .workload -}}
{{- with .root -}}
{{- $mounts := fromJsonArray (include "mooring.mounts" .) -}}
metadata:
  labels:
    {{- $labels := fromYaml (include "mooring.podLabels" $) }}
    {{- merge $labels (.Values.podLabels | default dict) (.Values.commonLabels | default dict) | toYaml | nindent 4 }}
  annotations:
    kubectl.kubernetes.io/default-container: mooring
    checksum/marks: {{ include "mooring.marks" . | sha256sum }}
    {{- if .Values.rollOnConfigChange }}
    checksum/config: {{ include "mooring.configuration" . | sha256sum }}
    {{- end }}
    {{- with omit (.Values.podAnnotations | default dict) "kubectl.kubernetes.io/default-container" "checksum/marks" "checksum/config" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with include "mooring.imagePullSecrets" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  serviceAccountName: {{ include "mooring.serviceAccountName" . }}
  automountServiceAccountToken: {{ include "mooring.reports" . | default "false" }}
  enableServiceLinks: false
  {{- with include "mooring.priorityClassName" . }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int (.Values.terminationGracePeriodSeconds | default 120) }}
  nodeSelector:
    {{- $selector := dict "kubernetes.io/os" "linux" }}
    {{- if $workload.node }}{{ $_ := set $selector "kubernetes.io/hostname" $workload.node }}{{ end }}
    {{- merge $selector (.Values.nodeSelector | default dict) | toYaml | nindent 4 }}
  affinity:
    {{- include "mooring.affinity" $ | nindent 4 }}
  {{- with include "mooring.tolerations" . }}
  tolerations:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: mooring
      image: {{ include "mooring.image" . }}
      imagePullPolicy: {{ (.Values.image).pullPolicy | default "IfNotPresent" }}
      args: [run, --config, /etc/mooring/mooring.yaml]
      env:
        {{- include "mooring.downwardEnv" . | trim | nindent 8 }}
        # Wins over the configuration: a reload must not close the port that this pod's probes ask.
        - name: HTTP_PORT
          value: {{ include "mooring.port" . | quote }}
        {{- with include "mooring.extraEnv" . | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - name: http
          containerPort: {{ include "mooring.port" . }}
      startupProbe:
        {{- include "mooring.probe" (dict "path" "/livez" "probe" (.Values.probes).startup "period" 2 "timeout" 2 "failures" 30) | nindent 8 }}
      livenessProbe:
        {{- include "mooring.probe" (dict "path" "/livez" "probe" (.Values.probes).liveness "period" 10 "timeout" 2 "failures" 3) | nindent 8 }}
      readinessProbe:
        {{- include "mooring.probe" (dict "path" "/readyz" "probe" (.Values.probes).readiness "period" 5 "timeout" 2 "failures" 1) | nindent 8 }}
      # The API allows Bidirectional in privileged containers only.
      securityContext:
        privileged: true
        readOnlyRootFilesystem: true
        runAsUser: 0
      terminationMessagePolicy: FallbackToLogsOnError
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/mooring
          readOnly: true
        {{- range $index, $parent := fromJsonArray (include "mooring.parents" .) }}
        - name: parent-{{ $index }}
          mountPath: /host{{ $parent }}
          mountPropagation: Bidirectional
        {{- end }}
        {{- /* Beside the Bidirectional volumes, never inside: inside, the node's mounts double at every start. */}}
        {{- range $mounts }}
        - name: volume-{{ .name }}
          mountPath: /volumes/{{ .name }}
          mountPropagation: HostToContainer
        {{- end }}
        {{- if .Values.inspect }}
        - name: proc
          mountPath: /host/proc
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "mooring.fullname" . }}
    {{- range $index, $parent := fromJsonArray (include "mooring.parents" .) }}
    - name: parent-{{ $index }}
      hostPath:
        path: {{ $parent }}
        type: DirectoryOrCreate
    {{- end }}
    {{- range $mount := $mounts }}
    {{- if ne $mount.volume "template" }}
    - name: volume-{{ $mount.name }}
      {{- if eq $mount.volume "hostPath" }}
      hostPath:
        path: {{ $mount.sourcePath }}
        type: {{ $mount.sourceType }}
      {{- else if eq $mount.volume "ephemeral" }}
      ephemeral:
        volumeClaimTemplate:
          metadata:
            labels:
              {{- include "mooring.selectorLabels" $root | nindent 14 }}
            {{- with $mount.claimAnnotations }}
            annotations:
              {{- toYaml . | nindent 14 }}
            {{- end }}
          spec:
            {{- include "mooring.claimSpec" $mount | nindent 12 }}
      {{- else }}
      persistentVolumeClaim:
        claimName: {{ include "mooring.claimName" (dict "workload" $workload "mount" $mount) | quote }}
      {{- end }}
    {{- end }}
    {{- end }}
    {{- if .Values.inspect }}
    - name: proc
      hostPath:
        path: /proc
        type: Directory
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}

{{/* The names that an agent has for life: with others there have to be other pods. */}}
{{- define "mooring.marks" -}}
{{ include "mooring.instance" . }} {{ include "mooring.nodeLabel" . }} {{ (.Values.kubernetes).condition | default "VolumeMountsReady" }}
{{- end -}}

{{/* What a workload selects its pods by. Two pinned StatefulSets must not select each other's. */}}
{{- define "mooring.podLabels" -}}
{{ include "mooring.selectorLabels" .root }}
{{- if .workload.node }}
mooring.dev/node: {{ quote .workload.node }}
{{- end }}
{{- end -}}

{{- define "mooring.downwardEnv" -}}
{{- $fields := dict "NODE_NAME" "spec.nodeName" "POD_NAME" "metadata.name" "POD_NAMESPACE" "metadata.namespace" "POD_UID" "metadata.uid" -}}
{{- range $name, $field := $fields }}
- name: {{ $name }}
  valueFrom:
    fieldRef:
      fieldPath: {{ $field }}
{{- end }}
{{- end -}}

{{/* A map, so that a values file per cluster can change one variable: `NAME: value` or `NAME: {valueFrom: …}`. */}}
{{- define "mooring.extraEnv" -}}
{{- range $name, $value := .Values.extraEnv }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $name }}
  {{- if kindIs "map" $value }}
  {{- toYaml $value | nindent 2 }}
  {{- else }}
  value: {{ include "mooring.text" $value | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mooring.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
periodSeconds: {{ int ((.probe).periodSeconds | default .period) }}
timeoutSeconds: {{ int ((.probe).timeoutSeconds | default .timeout) }}
failureThreshold: {{ int ((.probe).failureThreshold | default .failures) }}
{{- end -}}
