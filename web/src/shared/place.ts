import type { Point } from '../api/types';

export interface Place extends Point { accuracy: number }
export type PlaceFault = 'denied' | 'failed' | 'unsupported';

export const round6 = (x: number) => Math.round(x * 1e6) / 1e6;

/** Where the device is, WGS84. Rejects with the reason a person can act on. */
export function locate(timeout = 12_000): Promise<Place> {
  return new Promise((resolve, reject: (why: PlaceFault) => void) => {
    if (!navigator.geolocation || !window.isSecureContext) return reject('unsupported');
    navigator.geolocation.getCurrentPosition(
      p => resolve({ lng: round6(p.coords.longitude), lat: round6(p.coords.latitude), accuracy: Math.round(p.coords.accuracy) }),
      e => reject(e.code === e.PERMISSION_DENIED ? 'denied' : 'failed'),
      { enableHighAccuracy: true, timeout, maximumAge: 60_000 },
    );
  });
}
