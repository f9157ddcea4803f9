/** The page of a product: the page of its sale, and pictures. */
import "./gallery.js";
import "./sale.js";
