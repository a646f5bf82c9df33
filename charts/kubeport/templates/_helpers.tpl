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

{{- /* Whether replicas share their state: by stateSecret, or by what the settings name themselves. */ -}}
{{- define "kubeport.sharesState" -}}
{{- if or .Values.stateSecret (regexMatch "(?m)^[^#\\n]*\\burl_file\\s*=" .Values.config) }}true{{ end }}
{{- end }}

{{- /* Whether the server acts in the name of its callers, and so needs no rights of its own. */ -}}
{{- define "kubeport.impersonates" -}}
{{- $named := or .Values.rbac.impersonate.users .Values.rbac.impersonate.groups }}
{{- if or $named (regexMatch "(?m)^[^#\\n]*\\bmode\\s*=\\s*[\"']impersonate[\"']" .Values.config) }}true{{ end }}
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

{{- /* A path that a setting names and nothing mounts would be found missing by a Pod that starts and ends for ever. */ -}}
{{- define "kubeport.checkPaths" -}}
{{- $settings := "policy_file|tls_certificate|tls_key|kubeconfigs|tokens_file|key_file|url_file|secret_file|folder|file" }}
{{- $named := printf "(?m)^[^#\\n]*\\b(%s)\\s*=\\s*[\"'](/[^\"'\\n]*)[\"']" $settings }}
{{- range $line := regexFindAll $named .Values.config -1 }}
{{- $setting := regexReplaceAll $named $line "${1}" }}
{{- $path := regexReplaceAll $named $line "${2}" }}
{{- $found := false }}
{{- range $mount := include "kubeport.mounts" $ | fromYamlArray }}
{{- $inside := or (eq $path $mount.mountPath) (hasPrefix (printf "%s/" (trimSuffix "/" $mount.mountPath)) $path) }}
{{- if and $inside (not (and (eq $setting "file") $mount.readOnly)) }}{{ $found = true }}{{ end }}
{{- end }}
{{- if not $found }}
{{- $writable := ternary "no volume that can be written to. Name one in auditVolume, or mount one" "no volume. Mount it" (eq $setting "file") }}
{{- fail (printf "config: %s = %s is in %s by extraVolumes and extraVolumeMounts, or use the Secrets that values.yaml has for it." $setting $path $writable) }}
{{- end }}
{{- end }}
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
{{- include "kubeport.checkPaths" . }}
{{- if and .Values.auditKeySecret (not .Values.auditVolume) (not (regexMatch "(?m)^[^#\\n]*\\b(file|otlp_endpoint|stdout)\\s*=" .Values.config)) }}
{{- fail "auditKeySecret: there is no audit to seal. Set audit.stdout = true in config, or name an auditVolume." }}
{{- end }}
{{- if and (gt (int (include "kubeport.most" .)) 1) (not (include "kubeport.sharesState" .)) }}
{{- fail "replicas, autoscaling: replicas need state that they share, or what one has kept or approved is unknown to the next. Name a Secret with the address of a Redis in stateSecret (docs/how-to/replicas.md), or run one replica." }}
{{- end }}
{{- end }}
