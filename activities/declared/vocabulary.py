"""What people call things and properties in their schemas, with the terms of schema.org."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


_POWERS = str.maketrans("²³", "23")
"""Powers of units, as in `area_km2`."""


def tokens(name: str) -> list[str]:
    """Return the words of a name: `publishedAt` and `Published at` are both `published`, `at`."""
    return [part.lower() for part in _PARTS.findall(name.translate(_POWERS))]


def joined(name: str) -> str:
    """Return a name in lower case and without separators."""
    return "".join(tokens(name))


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Return the paths for each name in lines of the form `names = paths`."""
    table: dict[str, tuple[str, ...]] = {}
    for line in text.strip().splitlines():
        names, _, paths = line.partition("=")
        for name in names.split():
            table[name] = tuple(paths.split())
    return table


PATHS = _table("""
name title productname = name headline title
title = title headline name
headline = headline name title
description summary abstract overview intro excerpt teaser = description abstract reviewBody
body text content articletext fulltext articlebody = articleBody text reviewBody
image images imageurl imageurls photo photos picture pictures thumbnail imagelink cover heroimage mainimage featuredimage = image primaryImageOfPage thumbnailUrl photo logo
logo logourl = logo
video videourl = video
url link href permalink pageurl producturl eventurl joburl sourceurl canonicalurl = url mainEntityOfPage
website homepage site websiteurl = url sameAs
id identifier = identifier productID sku
sku articlenumber itemnumber = sku productID
gtin ean barcode gtin13 upc = gtin13 gtin gtin12 gtin8 gtin14
mpn partnumber modelnumber = mpn
isbn isbn13 = isbn workExample.isbn
brand brandname manufacturer maker = brand manufacturer
price currentprice saleprice cost amount ticketprice priceamount entryfee = price offers.price offers.priceSpecification.price hasVariant.offers.price value.value value
value = value.value value ratingValue price
average = ratingValue
count = reviewCount ratingCount
min minimum = value.minValue minValue minPrice lowPrice worstRating
max maximum = value.maxValue maxValue maxPrice highPrice bestRating
best = bestRating
worst = worstRating
unit period = value.unitText unitText
geo coordinates = geo location.geo
contact = contactPoint
minprice lowprice pricefrom lowestprice pricemin = offers.lowPrice lowPrice offers.priceSpecification.minPrice minPrice
maxprice highprice priceto highestprice pricemax = offers.highPrice highPrice offers.priceSpecification.maxPrice maxPrice
currency pricecurrency currencycode = priceCurrency offers.priceCurrency offers.priceSpecification.priceCurrency currency hasVariant.offers.priceCurrency
pricerange = priceRange
availability stock stockstatus availabilitystatus = availability offers.availability hasVariant.offers.availability
instock isinstock available isavailable soldout issoldout outofstock = availability offers.availability hasVariant.offers.availability
condition itemcondition = itemCondition offers.itemCondition
seller soldby vendor merchant shop store = offers.seller seller
validuntil pricevaliduntil = offers.priceValidUntil priceValidUntil
offercount = offers.offerCount
color colour = color
rating averagerating avgrating ratingvalue stars score reviewscore = aggregateRating.ratingValue reviewRating.ratingValue ratingValue starRating.ratingValue
bestrating maxrating ratingscale ratingmax = aggregateRating.bestRating reviewRating.bestRating bestRating
reviewcount numreviews reviewscount numberofreviews reviewstotal totalreviews = aggregateRating.reviewCount reviewCount
ratingcount numratings numberofratings ratingscount votes = aggregateRating.ratingCount ratingCount
reviews review = review
reviewtext = reviewBody description
reviewer = author
category categories productcategory type = category articleSection recipeCategory applicationCategory
section = articleSection
tags keywords topics = keywords
author authors writer byline authorname writtenby creator = author creator
publisher source publication = publisher
sitename websitename = siteName publisher isPartOf
datepublished publisheddate publishdate publicationdate published publishedat publishedon datepublishedat releasedate = datePublished uploadDate dateCreated releaseDate
date = startDate datePublished datePosted uploadDate
datemodified modified modifieddate updated updatedat lastupdated lastmodified modifiedat = dateModified
datecreated created createdat = dateCreated
language lang inlanguage = inLanguage
wordcount words = wordCount
license = license
isfree free accessibleforfree = isAccessibleForFree
paywalled haspaywall = isAccessibleForFree
doi = doi
ingredients ingredient ingredientlist = recipeIngredient ingredients
instructions steps directions method preparation = recipeInstructions step
preptime preparationtime = prepTime
cooktime cookingtime bakingtime = cookTime performTime
totaltime totalminutes time readyin = totalTime
duration length runtime = duration timeRequired totalTime
servings yield portions serves recipeyield numberofservings = recipeYield yield
calories kcal energy = nutrition.calories calories
fat fatcontent = nutrition.fatContent fatContent
protein proteincontent = nutrition.proteinContent proteinContent
carbs carbohydrates carbohydratecontent = nutrition.carbohydrateContent carbohydrateContent
sugar sugarcontent = nutrition.sugarContent sugarContent
sodium = nutrition.sodiumContent sodiumContent
fiber fibre = nutrition.fiberContent fiberContent
cuisine = recipeCuisine servesCuisine
course mealtype recipecategory = recipeCategory
diet diets suitablefordiet = suitableForDiet
cookingmethod = cookingMethod
startdate start startsat starttime begins startdatetime eventdate starts = startDate doorTime
enddate end endsat endtime enddatetime ends = endDate
doortime doors doorsopen = doorTime
venue venuename place = location
location where = location jobLocation address contentLocation
address fulladdress = address location.address jobLocation.address
street streetaddress addressline = address.streetAddress streetAddress location.address.streetAddress jobLocation.address.streetAddress
city town locality addresslocality = address.addressLocality addressLocality location.address.addressLocality jobLocation.address.addressLocality
state region province addressregion = address.addressRegion addressRegion location.address.addressRegion jobLocation.address.addressRegion
zip zipcode postalcode postcode plz = address.postalCode postalCode location.address.postalCode jobLocation.address.postalCode
country countrycode addresscountry = address.addressCountry addressCountry location.address.addressCountry jobLocation.address.addressCountry
latitude lat = geo.latitude latitude location.geo.latitude
longitude lng lon = geo.longitude longitude location.geo.longitude
organizer organiser host organizername = organizer
performer performers artist artists lineup speakers acts = performer byArtist
eventstatus = eventStatus
attendancemode format = eventAttendanceMode
ticketurl tickets ticketlink bookingurl = offers.url
phone telephone phonenumber tel = telephone contactPoint.telephone
fax faxnumber = faxNumber
email emailaddress contactemail = email contactPoint.email
openinghours hours = openingHours openingHoursSpecification
legalname = legalName
vatid vat vatnumber = vatID
founded foundingdate foundedon = foundingDate
founder founders = founder
employees numberofemployees employeecount = numberOfEmployees.value numberOfEmployees
socialprofiles sociallinks socialmedia sameas profiles = sameAs
company employer hiringorganization companyname employername = hiringOrganization worksFor
jobtitle position role = title jobTitle
dateposted posted postedat posteddate postedon = datePosted
validthrough applicationdeadline deadline expires closingdate expirydate expiresat applyby = validThrough
employmenttype jobtype contracttype worktype = employmentType
remote isremote telecommute = jobLocationType
salary pay compensation basesalary = baseSalary
salarymin minsalary minimumsalary = baseSalary.value.minValue baseSalary.minValue
salarymax maxsalary maximumsalary = baseSalary.value.maxValue baseSalary.maxValue
salarycurrency = baseSalary.currency baseSalary.priceCurrency
salaryunit salaryperiod payperiod = baseSalary.value.unitText baseSalary.unitText
requirements qualifications = qualifications
skills requiredskills = skills
responsibilities duties = responsibilities
benefits perks = jobBenefits
industry sector = industry
experience = experienceRequirements
education = educationRequirements
director directors = director
actors cast = actor
genre genres = genre
contentrating agerating = contentRating
pages numberofpages pagecount = numberOfPages
edition = bookEdition
breadcrumbs breadcrumb = breadcrumb
version softwareversion appversion = softwareVersion version
views viewcount viewscount plays playcount = viewCount interactionCount
likes likecount likescount upvotes = likeCount upvoteCount
commentcount commentscount numcomments numberofcomments = commentCount
shares sharecount = shareCount
followers followercount followerscount subscribers subscribercount = followerCount
downloads downloadcount installs = downloadCount
variants = hasVariant model
offers = offers
faq faqs questions = mainEntity
question = name
answer = acceptedAnswer.text acceptedAnswer
instruction = text
""")
"""Names in schemas, with the paths of schema.org that they may mean, the best first.

The names are in the form of `joined`. A term of schema.org itself needs no entry.
"""

OBJECT_PATHS = _table("""
rating ratings reviewsummary = aggregateRating reviewRating
price pricing cost = offers
salary compensation pay = baseSalary
offer = offers
nutrition nutritionfacts = nutrition
publisher = publisher
seller = offers.seller seller
""")
"""The same for names of properties that are objects."""

SOCIAL: dict[str, tuple[str, ...]] = {
    "facebook": ("facebook.com",),
    "instagram": ("instagram.com",),
    "twitter": ("twitter.com", "x.com"),
    "x": ("x.com", "twitter.com"),
    "linkedin": ("linkedin.com",),
    "youtube": ("youtube.com",),
    "tiktok": ("tiktok.com",),
    "github": ("github.com",),
    "pinterest": ("pinterest.com",),
    "wikipedia": ("wikipedia.org",),
}
"""Names of social networks and the like, with the hosts of their profiles."""

NAMED_TYPES = frozenset(("product", "company", "organization", "venue", "person", "event", "recipe",
                         "movie", "film", "book", "course", "place"))  # fmt: skip
"""Types that, as the name of a property, mean the name of the thing: `product` of a product."""

PAGE_TERMS = frozenset(
    [
        "name",
        "headline",
        "title",
        "description",
        "image",
        "url",
        "siteName",
        "inLanguage",
        "author",
        "datePublished",
        "dateModified",
        "keywords",
        "articleSection",
        "price",
        "priceCurrency",
        "availability",
        "brand",
        "itemCondition",
        "sku",
        "category",
        "isbn",
        "video",
        "doi",
        "journal",
        "email",
        "telephone",
    ]
)
"""Properties that `meta` elements declare of the page's main thing."""

TYPES: dict[str, tuple[str, ...]] = {
    "product": ("Product", "ProductGroup", "IndividualProduct", "Vehicle", "Car"),
    "article": (
        "Article", "NewsArticle", "BlogPosting", "TechArticle", "ReportageNewsArticle",
        "ScholarlyArticle", "OpinionNewsArticle", "LiveBlogPosting",
    ),
    "post": ("BlogPosting", "SocialMediaPosting", "Article"),
    "story": ("NewsArticle", "Article"),
    "news": ("NewsArticle", "Article"),
    "recipe": ("Recipe",),
    "event": (
        "Event", "MusicEvent", "TheaterEvent", "SportsEvent", "BusinessEvent", "Festival",
        "ComedyEvent", "EducationEvent", "ExhibitionEvent", "FoodEvent", "SocialEvent",
        "ScreeningEvent", "DanceEvent", "ChildrensEvent",
    ),
    "concert": ("MusicEvent",),
    "job": ("JobPosting",),
    "vacancy": ("JobPosting",),
    "position": ("JobPosting",),
    "organization": (
        "Organization", "Corporation", "LocalBusiness", "NGO", "NewsMediaOrganization",
        "OnlineStore", "Store", "Restaurant", "EducationalOrganization", "Hotel", "Dentist",
        "CafeOrCoffeeShop", "Bakery", "LegalService", "ProfessionalService", "MedicalBusiness",
    ),
    "person": ("Person",),
    "book": ("Book",),
    "movie": ("Movie",),
    "film": ("Movie",),
    "review": ("Review", "UserReview", "CriticReview"),
    "course": ("Course",),
    "video": ("VideoObject",),
    "offer": ("Offer", "AggregateOffer"),
    "place": ("Place", "LocalBusiness"),
    "venue": ("Place", "EventVenue", "MusicVenue", "StadiumOrArena"),
    "question": ("Question",),
    "dataset": ("Dataset",),
    "software": ("SoftwareApplication", "MobileApplication", "WebApplication"),
    "app": ("SoftwareApplication", "MobileApplication", "WebApplication"),
}  # fmt: skip
"""Words for a kind of thing, with the types that such a thing may have."""

TYPES["company"] = TYPES["business"] = TYPES["organisation"] = TYPES["restaurant"] = TYPES[
    "store"
] = TYPES["shop"] = TYPES["hotel"] = TYPES["organization"]

SECONDARY = frozenset(
    [
        "WebSite",
        "WebPage",
        "BreadcrumbList",
        "SearchAction",
        "ImageObject",
        "SiteNavigationElement",
        "WPHeader",
        "WPFooter",
        "WPSideBar",
        "ItemList",
        "CollectionPage",
        "ListItem",
        "ItemPage",
        "SearchResultsPage",
        "AboutPage",
        "ContactPage",
        "ProfilePage",
        "FAQPage",
        "QAPage",
        "Blog",
    ]
)
"""Types that say what a page is, and not what the page is about."""

SITE_TYPES = frozenset((*TYPES["organization"], "Person"))
"""Types with which pages describe their site and their author, whatever they are about."""

NEVER_MAIN = frozenset(
    [
        "WebSite",
        "BreadcrumbList",
        "SearchAction",
        "ImageObject",
        "SiteNavigationElement",
        "WPHeader",
        "WPFooter",
        "WPSideBar",
        "ListItem",
    ]
)
"""Types that no page is about."""

GENERIC_LISTS = frozenset(
    [
        "items",
        "results",
        "list",
        "entries",
        "listings",
        "listing",
        "records",
        "elements",
        "rows",
        "data",
    ]
)
"""Names of arrays that do not say what the array holds."""

WRAPPERS = frozenset(
    ("details", "info", "data", "metadata", "meta", "attributes", "general", "basics", "contact",
     "specifications", "specification", "specs", "dimensions", "technical", "social", "characteristics")
)  # fmt: skip
"""Names of objects that only group properties of the thing around them."""

SAME_MEANING = [
    frozenset(words.split())
    for words in (
        "instock available availablenow instoreonly onlineonly yes true",
        "outofstock soldout unavailable notavailable no false",
        "preorder presale",
        "backorder backordered",
        "limitedavailability limited lowstock",
        "discontinued",
        "new newcondition",
        "used usedcondition secondhand preowned",
        "refurbished refurbishedcondition",
        "damaged damagedcondition",
        "fulltime",
        "parttime",
        "contractor contract freelance",
        "temporary temp",
        "intern internship",
        "volunteer",
        "eventscheduled scheduled confirmed",
        "eventcancelled cancelled canceled",
        "eventpostponed postponed",
        "eventrescheduled rescheduled",
        "eventmovedonline movedonline",
        "offlineeventattendancemode offline inperson onsite",
        "onlineeventattendancemode online virtual remote",
        "mixedeventattendancemode mixed hybrid",
        "telecommute remote",
        "hour hourly perhour",
        "day daily perday",
        "week weekly perweek",
        "month monthly permonth",
        "year yearly annual annually peryear",
    )
]
"""Members of enums that mean the same, in the form of `joined`."""
