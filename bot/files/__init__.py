"""Read what people attach: pictures, text, PDFs. Knows nothing of Discord and of Grok."""
