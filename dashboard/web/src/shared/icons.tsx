/** Small drawings; all are decoration, words stand beside them. */

const PATHS = {
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  sun: "M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
  out: "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  open: "M4 4v16M20 4v16M8 12h8m-3-3 3 3-3 3",
  shut: "M4 4v16M20 4v16M9 6v12M15 6v12",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15L6 17Zm4 4h4",
  siren: "M7 18v-5a5 5 0 0 1 10 0v5M5 21h14M12 3V2M4 7 3 6m17 1 1-1",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width={name === "more" ? 3 : 1.9}
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0f5c6e" />
      <path d="M6 19c3.3-4 6.7-4 10 0s6.7 4 10 0" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" />
      <path d="M9 7v7M16 7v6M23 7v7" stroke="#8fe0d6" stroke-width="2.6" stroke-linecap="round" />
    </svg>
  );
}
