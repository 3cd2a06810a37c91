"""定制考察 bespoke visits: asked for, proposed, answered; and what comes free when they end."""
