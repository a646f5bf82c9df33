{{- /* A path that a setting names and nothing mounts would be found missing by a Pod that starts and ends for ever. */ -}}
{{- define "kubeport.checkPaths" -}}
{{- $settings := "policy_file|tls_certificate|tls_key|kubeconfigs|tokens_file|key_file|url_file|secret_file|folder|file" }}
{{- $named := printf "\\b(%s)\\s*=\\s*[\"'](/[^\"'\\n]*)[\"']" $settings }}
{{- $config := regexReplaceAll "(?m)(^|\\s)#[^\"'\\n]*$|^\\s*#.*$" .Values.config "" }}
{{- range $line := regexFindAll $named $config -1 }}
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
{{- $none := "(?ms)^\\s*\\[auth\\][^\\[]*?^\\s*mode\\s*=\\s*[\"']none[\"']" }}
{{- if or (not (regexMatch "(?m)^\\s*(\\[auth\\]|auth\\.mode\\s*=)" .Values.config)) (regexMatch $none .Values.config) }}
{{- fail "config: needs an [auth] section with a mode. Without authentication Kubeport serves loopback only, and nobody would reach it in a Pod (docs/how-to/authentication.md)." }}
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
{{- $least := int (include "kubeport.least" .) }}
{{- if and .Values.podDisruptionBudget.enabled (gt $least 1) (ge (int .Values.podDisruptionBudget.minAvailable) $least) }}
{{- fail (printf "podDisruptionBudget.minAvailable: with %d replicas and %v that must be there no node could ever be drained." $least .Values.podDisruptionBudget.minAvailable) }}
{{- end }}
{{- if lt (int .Values.terminationGracePeriodSeconds) (add .Values.drainSeconds 10 | int) }}
{{- fail (printf "terminationGracePeriodSeconds: %v is too short for drainSeconds = %v and the calls that end after that; at least %d." .Values.terminationGracePeriodSeconds .Values.drainSeconds (add .Values.drainSeconds 10)) }}
{{- end }}
{{- if .Values.networkPolicy.enabled }}
{{- if and .Values.ingress.enabled (not .Values.ingress.controllerNamespace) (not .Values.networkPolicy.from) }}
{{- fail "ingress.controllerNamespace: name the namespace of the ingress controller, or the NetworkPolicy would shut it out (or say who may connect in networkPolicy.from)." }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor (not .Values.metrics.namespace) }}
{{- fail "metrics.namespace: name the namespace of Prometheus, or the NetworkPolicy would shut it out." }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor (not .Values.metrics.enabled) }}
{{- fail "metrics.serviceMonitor: there are no metrics with metrics.enabled = false." }}
{{- end }}
{{- end }}
