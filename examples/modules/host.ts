// Uses the module beside it. What it defines can be changed like anything else.
import { defineHost } from "stowage";
import sites from "./sites.ts";

export default defineHost({
  imports: [sites],
  sites: {
    "shop.example": { text: "<h1>Shop</h1>", port: 8080 },
    "blog.example": { text: "<h1>Blog</h1>", port: 8081, container: "our-blog" },
  },
  containers: { "our-blog": { autoStart: false } },
});
