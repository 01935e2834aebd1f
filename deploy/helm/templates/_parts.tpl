{{/* What templates share: labels, images, a hardened container and its environment. */}}

{{- define "noaber.stack" -}}{{ .Files.Get "files/stack.json" }}{{- end }}

{{/* Call with (list $ "component"). */}}
{{- define "noaber.selector" -}}
app.kubernetes.io/name: noaber
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "noaber.labels" -}}
{{ include "noaber.selector" . }}
app.kubernetes.io/part-of: noaber
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* The new version up to the group that an upgrade has come to, and for the rest the one before. Call with
     (list $ group). */}}
{{- define "noaber.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $old := and $image.previous (gt (int (index . 1)) (int $image.groups)) -}}
{{ $image.repository }}:{{ ternary $image.previous ($image.tag | default (index . 0).Chart.AppVersion) (not (not $old)) }}
{{- end }}

{{/* Pod security "restricted"; the image itself names a user that is not root. */}}
{{- define "noaber.pod" -}}
automountServiceAccountToken: false
# With it every Service becomes a variable, and some of those would look like settings of ours.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- end }}

{{- define "noaber.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Spread over zones as far as there are any. Call with (list $ "component"). */}}
{{- define "noaber.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "noaber.selector" . | nindent 8 }}
{{- end }}

{{/* Settings, and secrets from where they are kept. Call with (list $ service). */}}
{{- define "noaber.environment" -}}
{{- $ := index . 0 }}{{ $service := index . 1 }}
{{- if $service.owner }}
# First: the connection string below names it.
- name: NOABER_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.secretName }}-{{ $service.owner }}
      key: password
{{- end }}
{{- range $name, $value := $service.environment }}
- name: {{ $name }}
  value: {{ tpl $value $ | quote }}
{{- end }}
{{- range $service.secrets }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.secretName }}
      key: {{ . }}
      {{- if has . $service.mayLack }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
