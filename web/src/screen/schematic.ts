import { Delaunay } from 'd3-delaunay';

type P = [number, number];

/** Sutherland and Hodgman: the part of a cell inside a convex outline (counter-clockwise). */
function clip(cell: P[], hull: P[]): P[] {
  return hull.reduce<P[]>((poly, a, i) => {
    const b = hull[(i + 1) % hull.length], out: P[] = [];
    const side = (p: P) => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
    poly.forEach((p, k) => {
      const q = poly[(k + 1) % poly.length], sp = side(p), sq = side(q);
      if (sp >= 0) out.push(p);
      if (sp >= 0 !== sq >= 0) {
        const t = sp / (sp - sq);
        out.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
      }
    });
    return out;
  }, cell);
}

/** Pushes places apart that lie on top of each other, so that every township gets a cell one can read. */
export function spread(points: P[], least: number, rounds = 40): P[] {
  const out = points.map(p => [...p] as P);
  for (let n = 0; n < rounds; n++) {
    let moved = false;
    for (let i = 0; i < out.length; i++) {
      for (let j = i + 1; j < out.length; j++) {
        let dx = out[j][0] - out[i][0], dy = out[j][1] - out[i][1];
        const d = Math.hypot(dx, dy);
        if (d >= least) continue;
        if (d < 1e-9) { dx = Math.cos(i * 2.4 + j); dy = Math.sin(i * 2.4 + j); } else { dx /= d; dy /= d; }
        const push = (least - d) / 2;
        out[i] = [out[i][0] - dx * push, out[i][1] - dy * push];
        out[j] = [out[j][0] + dx * push, out[j][1] + dy * push];
        moved = true;
      }
    }
    if (!moved) break;
  }
  return out;
}

/** A schematic map, not boundaries: one cell around each township, inside a smooth outline. */
export function schematic(names: string[], at: P[]) {
  const xs = at.map(p => p[0]), ys = at.map(p => p[1]);
  const x0 = Math.min(...xs), x1 = Math.max(...xs), y0 = Math.min(...ys), y1 = Math.max(...ys);
  const cx = (x0 + x1) / 2, cy = (y0 + y1) / 2, hx = Math.max((x1 - x0) / 2, 0.02), hy = Math.max((y1 - y0) / 2, 0.015);
  // Every place lies well inside the outline, however the places are spread.
  const k = 1.18 / 0.94 * Math.max(1, ...at.map(p => Math.hypot((p[0] - cx) / hx, (p[1] - cy) / hy))), rx = hx * k, ry = hy * k;
  const hull: P[] = Array.from({ length: 36 }, (_, i) => {
    const a = (i / 36) * 2 * Math.PI, w = 1 + 0.06 * Math.sin(3 * a + 1);
    return [cx + rx * w * Math.cos(a), cy + ry * w * Math.sin(a)];
  });
  const v = Delaunay.from(at).voronoi([cx - 2 * rx, cy - 2 * ry, cx + 2 * rx, cy + 2 * ry]);
  return {
    type: 'FeatureCollection' as const,
    features: names.flatMap((name, i) => {
      const cell = v.cellPolygon(i) as P[] | null;
      if (!cell) return [];
      const ring = clip(cell.slice(0, -1), hull);
      if (ring.length < 3) return [];
      ring.push(ring[0]);
      return [{ type: 'Feature' as const, properties: { name }, geometry: { type: 'Polygon' as const, coordinates: [ring] } }];
    }),
  };
}
