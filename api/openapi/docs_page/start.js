// Not in the page itself: its Content-Security-Policy allows no inline scripts.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null, // no request may leave this server
});
