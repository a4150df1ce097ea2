"""Meta's Graph API v26.0 as an advertiser's software sees it: consent, ad objects, media, review and limits."""
