"""A panel in Grafana's words. One rule: how things look is decided here, for all panels alike.

Grafana's builders share their methods but no type, so what is common to all is said once, by name (`_Panel`).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heat
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana.board import Column, Legend, Look, Panel, Step
from deploy.grafana.legends import COLOURS, NAMES
from deploy.grafana.links import panel_links

_Panel = Any

PROMETHEUS: Final = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
POSTGRESQL: Final = model.DataSourceRef(type_val="grafana-postgresql-datasource", uid="${database}")

NOTHING: Final = "–"
_COLUMNS: Final = 100  # so few that each stands for its own interval, and can be told from the next
_LEAST: Final = 4  # where the axis of a count ends at least, so that it has no fractions


class _Sql(Dataquery):
    """A query in SQL; the builders know none."""

    def __init__(self, text: str) -> None:
        self._text = text

    def build(self) -> Dataquery:
        """Itself: where builders are taken, a query that is built is fine."""
        return self

    def to_json(self) -> dict[str, object]:
        return {
            "refId": "A",
            "datasource": POSTGRESQL,
            "editorMode": "code",
            "format": "table",
            "rawQuery": True,
            "rawSql": self._text,
        }


def drawn(panel: Panel, number: int, language: str) -> _Panel:
    """A builder of the panel; `number` is its id on the board."""
    drawing = _LOOKS[panel.look](panel, language)
    drawing.id(number).title(panel.title[language]).description(panel.description[language])
    drawing.unit(panel.unit).span(panel.width).height(panel.height)
    drawing.datasource(POSTGRESQL if panel.sql else PROMETHEUS).targets(_targets(panel, language))
    drawing.no_value(panel.none[language] if panel.none else NOTHING)
    drawing.links(panel_links(panel, language))
    if panel.decimals is not None:
        drawing.decimals(panel.decimals)
    if panel.limit is not None:
        drawing.max(panel.limit)
    if panel.values:
        drawing.mappings([_mapping(panel, language)])
    _name(drawing, panel, language)
    return drawing


def _targets(panel: Panel, language: str) -> list[Any]:
    if panel.sql:
        return [_Sql(panel.sql)]
    return [_target(panel, place, language) for place in range(len(panel.queries))]


def _target(panel: Panel, place: int, language: str) -> prometheus.Dataquery:
    query = panel.queries[place]
    target = prometheus.Dataquery().ref_id(chr(ord("A") + place)).datasource(PROMETHEUS).expr(query.expression)
    target.legend_format(said(query.legend, language) or "__auto")
    target.format(_FORMATS.get(panel.look, PromQueryFormat.TIME_SERIES))
    return target.instant() if query.instant else target.range()


def said(legend: Legend, language: str) -> str:
    return legend if isinstance(legend, str) else legend[language]


def _mapping(panel: Panel, language: str) -> model.ValueMap:
    return model.ValueMap(
        options={
            value: model.ValueMappingResult(text=meaning[language], color=colour, index=place)
            for place, (value, (meaning, colour)) in enumerate(panel.values.items())
        }
    )


def _name(drawing: _Panel, panel: Panel, language: str) -> None:
    """Series that are members of a closed list get the product's name for it, and the list's colour."""
    if not panel.names:
        return
    colours = COLOURS.get(panel.names, {})
    for member, name in NAMES[panel.names].items():
        found = [model.DynamicConfigValue("displayName", name[language])]
        if member in colours:
            found.append(model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colours[member]}))
        drawing.override_by_name(member, found)


def _thresholds(steps: Sequence[Step], base: str) -> dashboard.ThresholdsConfig:
    found = [model.Threshold(None, base), *(model.Threshold(step.value, step.colour) for step in steps)]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def _coloured(drawing: _Panel, panel: Panel, base: str) -> _Panel:
    scheme = model.FieldColorModeId.THRESHOLDS if panel.steps else model.FieldColorModeId.PALETTE_CLASSIC
    return drawing.thresholds(_thresholds(panel.steps, base)).color_scheme(dashboard.FieldColor().mode(scheme))


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)


def _stat(panel: Panel, _: str) -> _Panel:
    lines = any(not query.instant for query in panel.queries)
    drawing = stat.Panel().reduce_options(_last()).justify_mode(looks.BigValueJustifyMode.CENTER)
    drawing.graph_mode(looks.BigValueGraphMode.AREA if lines else looks.BigValueGraphMode.NONE)
    drawing.color_mode(looks.BigValueColorMode.VALUE).thresholds(_thresholds(panel.steps, _base(panel.steps)))
    return drawing.color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))


def _base(steps: Sequence[Step]) -> str:
    """The colour below the first step: good where higher is worse, bad where higher is better, plain without steps."""
    if not steps:
        return "text"
    return "red" if steps[-1].colour == "green" else "green"


def _lines(panel: Panel, _: str) -> _Panel:
    drawing = timeseries.Panel().legend(_legend(panel)).tooltip(_tooltip()).line_width(2).fill_opacity(0).min(0)
    drawing.show_points(looks.VisibilityMode.NEVER).line_interpolation(looks.LineInterpolation.LINEAR)
    drawing.thresholds(_thresholds(panel.steps, "transparent"))
    if panel.decimals == 0:
        drawing.axis_soft_max(_LEAST)
    if panel.steps:
        drawing.thresholds_style(common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED))
    return drawing.color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC))


def _stack(panel: Panel, language: str) -> _Panel:
    drawing = _lines(panel, language).fill_opacity(40).line_width(1)
    return drawing.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL))


def _columns(panel: Panel, language: str) -> _Panel:
    return _stack(panel, language).draw_style(looks.GraphDrawStyle.BARS).fill_opacity(70).max_data_points(_COLUMNS)


def _legend(panel: Panel) -> common.VizLegendOptions:
    """A table with figures where there is room for one, else a line."""
    legend = common.VizLegendOptions().show_legend(show_legend=True).placement(looks.LegendPlacement.BOTTOM)
    if panel.width < 12:  # noqa: PLR2004 - half a row
        return legend.display_mode(looks.LegendDisplayMode.LIST).calcs([])
    return legend.display_mode(looks.LegendDisplayMode.TABLE).calcs(["lastNotNull", "max"])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING)


def _bars(panel: Panel, _: str) -> _Panel:
    drawing = bargauge.Panel().reduce_options(_last()).orientation(looks.VizOrientation.HORIZONTAL).min(0)
    drawing.display_mode(looks.BarGaugeDisplayMode.BASIC).show_unfilled(show_unfilled=True)
    return _coloured(drawing, panel, _base(panel.steps))


def _heatmap(panel: Panel, _: str) -> _Panel:
    colours = heatmap.HeatmapColorOptions().mode(heat.HeatmapColorMode.SCHEME).scheme("Blues").steps(32)
    colours.scale(heat.HeatmapColorScale.EXPONENTIAL).exponent(0.5)
    drawing = heatmap.Panel().calculate(calculate=False).color(colours).show_color_scale(show_color_scale=True)
    drawing.y_axis(heatmap.YAxisConfig().unit(panel.unit)).show_legend().cell_gap(1)
    drawing.cell_values(heatmap.CellValues().unit("locale").decimals(0)).mode(looks.TooltipDisplayMode.SINGLE)
    return drawing.filter_values(heatmap.FilterValueRange().le(1e-9))


def _timeline(_: Panel, __: str) -> _Panel:
    drawing = statetimeline.Panel().merge_values(merge_values=True).show_value(looks.VisibilityMode.AUTO)
    drawing.row_height(0.8).fill_opacity(70).line_width(0).tooltip(_tooltip())
    legend = common.VizLegendOptions().show_legend(show_legend=True).placement(looks.LegendPlacement.BOTTOM)
    return drawing.legend(legend.display_mode(looks.LegendDisplayMode.LIST).calcs([]))


def _table(panel: Panel, language: str) -> _Panel:
    drawing = table.Panel().show_header(show_header=True).filterable(filterable=False)
    drawing.cell_height(looks.TableCellHeight.SM)
    if not panel.sql:
        renamed = {column.name or _value(place, panel): column.title[language] for place, column in _placed(panel)}
        drawing.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
        options = {"excludeByName": {"Time": True}, "indexByName": {}, "renameByName": renamed}
        drawing.with_transformation(model.DataTransformerConfig(id_val="organize", options=options))
    for column in panel.columns:
        drawing.override_by_name(column.title[language] if not panel.sql else column.name, _column(column, language))
    return drawing


def _placed(panel: Panel) -> list[tuple[int, Column]]:
    """Columns with the place of their query; those with a name of their own are labels and have none."""
    values = [column for column in panel.columns if not column.name]
    return [(values.index(column) if column in values else -1, column) for column in panel.columns]


def _value(place: int, panel: Panel) -> str:
    return f"Value #{chr(ord('A') + place)}" if len(panel.queries) > 1 else "Value"


def _column(column: Column, language: str) -> list[model.DynamicConfigValue]:
    found = [
        model.DynamicConfigValue("displayName", column.title[language]),
        model.DynamicConfigValue("unit", column.unit),
    ]
    if column.steps:
        found.append(model.DynamicConfigValue("thresholds", _thresholds(column.steps, "text").build()))
        found.append(model.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
    return found


_FORMATS: Final = {Look.TABLE: PromQueryFormat.TABLE, Look.HEATMAP: PromQueryFormat.HEATMAP}

_LOOKS: Final[dict[Look, Callable[[Panel, str], _Panel]]] = {
    Look.STAT: _stat,
    Look.LINES: _lines,
    Look.STACK: _stack,
    Look.COLUMNS: _columns,
    Look.BARS: _bars,
    Look.HEATMAP: _heatmap,
    Look.TIMELINE: _timeline,
    Look.TABLE: _table,
}
