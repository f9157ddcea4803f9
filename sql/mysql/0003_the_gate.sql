-- Who may buy: rules of a sale, the block list, and what operators know of the shop's customers.

-- A JSON array of {claim, anyOf}; all of them must be met.
ALTER TABLE sale ADD COLUMN claims MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;
-- next
-- One of user_id and cidr is set. cidr is normalised: 203.0.113.0/24, 2001:db8::/32.
CREATE TABLE IF NOT EXISTS blocklist (
  id BIGINT NOT NULL AUTO_INCREMENT,
  user_id VARCHAR(64) NULL,
  cidr VARCHAR(50) NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY one_per_user (user_id),
  UNIQUE KEY one_per_cidr (cidr)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- What stands here goes before what the shop's token says; a null leaves the token's word. `claims`
-- is a JSON object of texts. Whether a user is blocked stands in `blocklist` alone.
CREATE TABLE IF NOT EXISTS shop_user (
  user_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  level BIGINT NULL,
  claims TEXT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- next
-- How many holds of a buyer have expired in a sale, written down each time that one more does. `id`
-- is the order in which origins learn of them; the highest number of a buyer is the one that counts.
CREATE TABLE IF NOT EXISTS expired_hold (
  id BIGINT NOT NULL AUTO_INCREMENT,
  sale_id BIGINT NOT NULL,
  user_id VARCHAR(64) NOT NULL,
  expired INT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
-- next
-- Row 1 counts changes of products and sales; row 2 those of the block list and of shop_user.
INSERT INTO catalog_version (id, version)
SELECT 2, 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM catalog_version WHERE id = 2);
