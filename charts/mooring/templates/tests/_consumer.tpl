{{/* Whether a second pod can mount the volume beside the agent. */}}
{{- define "mooring.testDirect" -}}
{{- if and (ne .volume "ephemeral") (not (has "ReadWriteOncePod" .accessModes)) }}true{{ end -}}
{{- end -}}

{{/* Root without privileges: what a consumer of a hostPath is. SELinux on OpenShift lets only privileged ones in. */}}
{{- define "mooring.testContainer" -}}
securityContext:
  runAsUser: 0
  readOnlyRootFilesystem: true
  {{- if (.Values.openshift).enabled }}
  privileged: true
  {{- else }}
  allowPrivilegeEscalation: false
  capabilities:
    drop: [ALL]
    add: [DAC_OVERRIDE]
  {{- end }}
resources:
  requests:
    cpu: 10m
    memory: 64Mi
  limits:
    memory: 256Mi
volumeMounts:
  {{- range $index, $parent := fromJsonArray (include "mooring.parents" .) }}
  - name: parent-{{ $index }}
    mountPath: /host{{ $parent }}
    mountPropagation: HostToContainer
  {{- end }}
{{- end -}}
