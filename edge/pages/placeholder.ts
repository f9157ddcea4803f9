/** How many different drawings stand in for missing pictures. */
export const PLACEHOLDERS = 12;

/** The number of the drawing that stands in for a product's picture. */
export function placeholderNumber(productId: number): number {
  return productId % PLACEHOLDERS;
}

/** Line drawings that say nothing about what is sold, on a field of 160 by 160. */
const THINGS = [
  // A parcel
  `<path d="M80 10 148 44V118L80 152 12 118V44Z" fill="#fff" fill-opacity=".32"/>` +
  `<path d="M12 44 80 78 148 44M80 78V152M46 27 114 61V88"/>`,
  // A shopping bag
  `<path d="M24 52H136L148 150H12Z" fill="#fff" fill-opacity=".32"/><path d="M52 72V44a28 28 0 0 1 56 0V72"/>`,
  // A present
  `<path d="M16 62H144V150H16Z" fill="#fff" fill-opacity=".32"/><path d="M8 40H152V66H8ZM80 40V150"/>` +
  `<path d="M80 40C44 40 40 8 62 8S80 40 80 40C116 40 120 8 98 8S80 40 80 40"/>`,
  // A tag
  `<path d="M14 20H82L150 88 90 148 14 78Z" fill="#fff" fill-opacity=".32"/><circle cx="48" cy="50" r="12"/>`,
];

/** A thing on soft light, in a colour of its own. */
export function placeholderSvg(number: number): string {
  const hue = Math.round((number * 360) / PLACEHOLDERS + 14) % 360;
  const far = (hue + 36) % 360;
  const thing = THINGS[number % THINGS.length]!;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 360">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="hsl(${hue} 52% 78%)"/><stop offset="1" stop-color="hsl(${far} 46% 60%)"/>
</linearGradient><radialGradient id="l" cx=".5" cy=".4" r=".6">
<stop offset="0" stop-color="#fff" stop-opacity=".55"/><stop offset="1" stop-color="#fff" stop-opacity="0"/>
</radialGradient></defs>
<rect width="480" height="360" fill="url(#g)"/><rect width="480" height="360" fill="url(#l)"/>
<ellipse cx="240" cy="282" rx="104" ry="13" fill="hsl(${far} 40% 30%)" fill-opacity=".18"/>
<g transform="translate(160 112)" fill="none" stroke="#fff" stroke-width="7" stroke-linejoin="round"
stroke-linecap="round">${thing}</g></svg>
`;
}
