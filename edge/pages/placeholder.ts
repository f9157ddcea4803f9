/** How many different drawings stand in for missing pictures. */
export const PLACEHOLDERS = 12;

/** The number of the drawing that stands in for a product's picture. */
export function placeholderNumber(productId: number): number {
  return productId % PLACEHOLDERS;
}

/** A parcel on soft hills, in a colour of its own. */
export function placeholderSvg(number: number): string {
  const hue = Math.round((number * 360) / PLACEHOLDERS + 14) % 360;
  const far = (hue + 40) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 360" role="img">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="hsl(${hue} 48% 72%)"/><stop offset="1" stop-color="hsl(${far} 42% 54%)"/>
</linearGradient></defs>
<rect width="480" height="360" fill="url(#g)"/>
<circle cx="${90 + (number % 4) * 100}" cy="84" r="46" fill="#fff" fill-opacity=".32"/>
<path d="M0 280 Q120 220 240 270 T480 250 V360 H0Z" fill="#fff" fill-opacity=".22"/>
<path d="M0 318 Q140 268 280 308 T480 296 V360 H0Z" fill="#fff" fill-opacity=".28"/>
<g transform="translate(160 112)" stroke="#fff" stroke-width="7" stroke-linejoin="round" fill="none">
<path d="M80 4 156 40V124L80 160 4 124V40Z" fill="#fff" fill-opacity=".3"/>
<path d="M4 40 80 78 156 40M80 78V160M42 22 118 60V92"/></g></svg>
`;
}
