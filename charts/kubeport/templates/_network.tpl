{{- /* Kubernetes itself gives every namespace this label. */ -}}
{{- define "kubeport.namespace" -}}
{{- list (dict "namespaceSelector" (dict "matchLabels" (dict "kubernetes.io/metadata.name" .))) | toYaml }}
{{- end }}

{{- /* The ports of the servers that the settings name, and those of networkPolicy.ports. */ -}}
{{- define "kubeport.ports" -}}
{{- $ports := list }}
{{- range .Values.networkPolicy.ports }}{{ $ports = append $ports (int .) }}{{ end }}
{{- $address := "(?m)^[^#\\n]*?\\b(?:issuer|jwks_url|otlp_endpoint|traces)\\s*=\\s*[\"'](https?)://[^/\"':\\n]*:?([0-9]*)" }}
{{- range $line := regexFindAll $address .Values.config -1 }}
{{- $standard := ternary 443 80 (eq "https" (regexReplaceAll $address $line "${1}")) }}
{{- $ports = append $ports (regexReplaceAll $address $line "${2}" | default $standard | int) }}
{{- end }}
{{- $server := "(?m)^[^#\\n]*?\\bargocd_server\\s*=\\s*[\"'][^\"':\\n]*:([0-9]+)" }}
{{- range $line := regexFindAll $server .Values.config -1 }}
{{- $ports = append $ports (regexReplaceAll $server $line "${1}" | int) }}
{{- end }}
{{- range $ports | uniq }}
- {port: {{ . }}, protocol: TCP}
{{- end }}
{{- end }}

{{- define "kubeport.networkIngress" -}}
- ports: [{port: mcp, protocol: TCP}]
  from:
    {{- .Values.networkPolicy.from | default (list (dict "podSelector" (dict))) | toYaml | nindent 4 }}
    {{- if and .Values.ingress.enabled .Values.ingress.controllerNamespace }}
    {{- include "kubeport.namespace" .Values.ingress.controllerNamespace | nindent 4 }}
    {{- end }}
{{- if .Values.metrics.enabled }}
- ports: [{port: operations, protocol: TCP}]
  from:
    {{- if .Values.metrics.namespace }}
    {{- include "kubeport.namespace" .Values.metrics.namespace | nindent 4 }}
    {{- else }}
    - podSelector: {}
    {{- end }}
{{- end }}
{{- with .Values.networkPolicy.extraIngress }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kubeport.networkEgress" -}}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
- ports: {{- include "kubeport.ports" . | trim | nindent 4 }}
  {{- with .Values.networkPolicy.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if include "kubeport.sharesState" . }}
- ports: [{port: {{ .Values.networkPolicy.redis.port }}, protocol: TCP}]
  {{- with .Values.networkPolicy.redis.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end }}
