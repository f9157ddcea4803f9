/** A puzzle ready to be sent, and its answer. Lengths in pixels of the picture. */
export interface ReadyPuzzle {
  width: number;
  height: number;
  pieceWidth: number;
  pieceHeight: number;
  pieceY: number;
  /** Where the piece's left edge belongs: for the server alone. */
  x: number;
  /** Data URLs of PNG files. */
  background: string;
  piece: string;
}
