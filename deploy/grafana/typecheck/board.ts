// What a dashboard is, by Grafana's own types. Written as JSON, a member of an enumeration is its text.
// Prometheus' own additions to an annotation are not in the package: `processEvents` reads them.
import type {AnnotationQuery, Dashboard, DataQuery} from "@grafana/schema";

type Written<T> = T extends string ? `${T}` : T extends object ? {[K in keyof T]: Written<T[K]>} : T;

type Mark = AnnotationQuery<DataQuery & {expr: string; interval: string}> & {tagKeys: string; titleFormat: string};

export type Board = Written<Omit<Dashboard, "annotations">> & {annotations: {list: Written<Mark>[]}};
