// For those who build their monitoring with jsonnet: the same rules and dashboards as in the files beside this one.
// `runbooks` and `grafana` are the addresses that links lead to; `language` is that of the dashboards: zh or en.
local alerting(group) = std.filter(function(rule) std.objectHas(rule, 'alert'), group.rules) != [];
local groups = std.flatMap(function(text) std.parseYaml(text).groups, [
  importstr 'rules/recording.yaml',
  importstr 'rules/invoices.yaml',
  importstr 'rules/accounts.yaml',
  importstr 'rules/deliveries.yaml',
  importstr 'rules/service.yaml',
]);

{
  _config+:: {
    runbooks: 'https://piaoda.example.com/docs/runbooks',
    grafana: 'https://grafana.example.com',
    language: 'zh',
  },

  local addressed(value) =
    local runbook = std.strReplace(value, 'https://piaoda.example.com/docs/runbooks', $._config.runbooks);
    std.strReplace(runbook, 'https://grafana.example.com', $._config.grafana),

  local linked(rule) = rule { annotations: std.mapWithKey(function(name, text) addressed(text), rule.annotations) },

  prometheusRules+:: { groups+: [group for group in groups if !alerting(group)] },

  prometheusAlerts+:: {
    groups+: [group { rules: std.map(linked, group.rules) } for group in groups if alerting(group)],
  },

  grafanaDashboards+:: if $._config.language == 'en' then {
    'piaoda-finance-en.json': import '../grafana/dashboards/en/piaoda-finance.json',
    'piaoda-sync-en.json': import '../grafana/dashboards/en/piaoda-sync.json',
    'piaoda-internals-en.json': import '../grafana/dashboards/en/piaoda-internals.json',
  } else {
    'piaoda-finance.json': import '../grafana/dashboards/zh/piaoda-finance.json',
    'piaoda-sync.json': import '../grafana/dashboards/zh/piaoda-sync.json',
    'piaoda-internals.json': import '../grafana/dashboards/zh/piaoda-internals.json',
  },
}
