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

{{- /* The most replicas that there may be. */ -}}
{{- define "kubeport.most" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.maxReplicas }}{{ else }}{{ .Values.replicas }}{{ end }}
{{- end }}

{{- /* The fewest that there are when nothing goes wrong. */ -}}
{{- define "kubeport.least" -}}
{{- if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicas }}{{ end }}
{{- end }}

{{- /* Whether replicas share their state: by stateSecret, or by what the settings name themselves. */ -}}
{{- define "kubeport.sharesState" -}}
{{- if or .Values.stateSecret (regexMatch "(?m)^[^#\\n]*\\burl_file\\s*=" .Values.config) }}true{{ end }}
{{- end }}

{{- /* Whether the server acts in the name of its callers, and so needs no rights of its own. */ -}}
{{- define "kubeport.impersonates" -}}
{{- $named := or .Values.rbac.impersonate.users .Values.rbac.impersonate.groups }}
{{- if or $named (regexMatch "(?m)^[^#\\n]*\\bmode\\s*=\\s*[\"']impersonate[\"']" .Values.config) }}true{{ end }}
{{- end }}

{{- /* Whether Kubernetes itself can wait before it ends a Pod; else the server does. */ -}}
{{- define "kubeport.sleeps" -}}
{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}true{{ end }}
{{- end }}

{{- /* Secrets that are mounted whole: the volume's name, and the Secret's. */ -}}
{{- define "kubeport.secrets" -}}
kubeconfig: {{ .Values.kubeconfigSecret | quote }}
callers: {{ .Values.callerKubeconfigsSecret | quote }}
tls: {{ .Values.tlsSecret | quote }}
tokens: {{ .Values.tokensSecret | quote }}
state: {{ .Values.stateSecret | quote }}
audit-key: {{ .Values.auditKeySecret | quote }}
{{- end }}

{{- /* All that is mounted, as a list: for the Pod, and to hold the paths of the settings against. */ -}}
{{- define "kubeport.mounts" -}}
- {name: config, mountPath: /etc/kubeport/config.toml, subPath: config.toml, readOnly: true}
{{- if .Values.policy }}
- {name: config, mountPath: /etc/kubeport/policy.toml, subPath: policy.toml, readOnly: true}
{{- end }}
{{- range $name, $secret := include "kubeport.secrets" . | fromYaml }}
{{- if $secret }}
- {name: {{ $name }}, mountPath: /etc/kubeport/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}
{{- if .Values.promptsConfigMap }}
- {name: prompts, mountPath: /etc/kubeport/prompts, readOnly: true}
{{- end }}
{{- if .Values.auditVolume }}
- {name: audit, mountPath: /var/lib/kubeport/audit}
{{- end }}
- {name: tmp, mountPath: /tmp}
- {name: home, mountPath: /home/kubeport}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}
