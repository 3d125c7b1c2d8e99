// Prices and reviews are written here, and not by the server, so that a page without a browser
// lacks them: that is what a scraper has to cope with.
const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
for (const price of document.querySelectorAll(".price")) {
  price.textContent = euros.format(price.dataset.cents / 100);
}

const reviews = document.getElementById("reviews");
if (reviews) {
  window.addEventListener("load", async () => {
    const response = await fetch(reviews.dataset.source);
    reviews.replaceChildren(...(await response.json()).map((review) => {
      const quote = document.createElement("blockquote");
      const who = document.createElement("cite");
      quote.textContent = review.text;
      who.textContent = `${"★".repeat(review.stars)} ${review.by}`;
      quote.append(document.createElement("br"), who);
      return quote;
    }));
  });
}
