-- Opens and clicks of mails (journeys §5.2, §5.5).

-- When a machine opened or clicked, such as a proxy that loads every picture or a scanner of links (M-7).
ALTER TABLE delivery
    ADD COLUMN prefetch_opened_at timestamptz,
    ADD COLUMN prefetch_clicked_at timestamptz;

-- How reports name what was clicked: the address as the template has it, or its tag (M-73). NULL: `href` itself.
ALTER TABLE delivery_click ADD COLUMN link text;
