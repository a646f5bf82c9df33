{{- define "kubeport.name" -}}
{{- if contains "kubeport" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-kubeport" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kubeport.selector" -}}
app.kubernetes.io/name: kubeport
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kubeport.labels" -}}
{{ include "kubeport.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "kubeport.account" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "kubeport.name" .) }}{{ else }}{{ required "serviceAccount.name: name the account, or let the chart create one" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- define "kubeport.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* The account's token is mounted only where something in this cluster is asked with it. */ -}}
{{- define "kubeport.usesAccount" -}}
{{- if or .Values.inCluster .Values.rbac.tokenReview }}true{{ else }}false{{ end }}
{{- end }}

{{- /* The names by which clients call the server: those of its Service, and of the ingress. */ -}}
{{- define "kubeport.hosts" -}}
{{- $name := include "kubeport.name" . }}
{{- $hosts := list }}
{{- range $end := list "" (printf ".%s" .Release.Namespace) (printf ".%s.svc" .Release.Namespace) (printf ".%s.svc.cluster.local" .Release.Namespace) }}
{{- $hosts = concat $hosts (list (printf "%s%s" $name $end) (printf "%s%s:*" $name $end)) }}
{{- end }}
{{- with .Values.ingress.host }}{{ $hosts = append $hosts . }}{{ end }}
{{- join "," $hosts }}
{{- end }}

{{- define "kubeport.check" -}}
{{- if not (regexMatch "(?m)^\\s*\\[auth" .Values.config) }}
{{- fail "config: needs an [auth] section. Without authentication Kubeport serves loopback only, and nobody would reach it in a Pod (docs/how-to/authentication.md)." }}
{{- end }}
{{- if or (and .Values.kubeconfigSecret .Values.inCluster) (and .Values.callerKubeconfigsSecret (or .Values.kubeconfigSecret .Values.inCluster)) }}
{{- fail "kubeconfigSecret, callerKubeconfigsSecret and inCluster exclude each other: which clusters are meant?" }}
{{- end }}
{{- if not (or .Values.kubeconfigSecret .Values.callerKubeconfigsSecret .Values.inCluster) }}
{{- fail "kubeconfigSecret: name the Secret with a kubeconfig, or set inCluster to true." }}
{{- end }}
{{- range concat .Values.rbac.impersonate.users .Values.rbac.impersonate.groups }}
{{- if regexMatch "(?i)^\\s*(system|kubeadm):" . }}
{{- fail (printf "rbac.impersonate: %s is reserved; Kubeport refuses to impersonate it." .) }}
{{- end }}
{{- end }}
{{- end }}
