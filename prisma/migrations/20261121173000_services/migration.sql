-- CreateTable
CREATE TABLE "Service" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "networkId" TEXT NOT NULL,
    "ipv4Address" TEXT,
    "ipv6Address" TEXT,
    "ports" JSONB NOT NULL,
    "members" JSONB NOT NULL,
    "affinity" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Service_networkId_fkey" FOREIGN KEY ("networkId") REFERENCES "Network" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Service_name_key" ON "Service"("name");

-- CreateIndex
CREATE INDEX "Service_networkId_idx" ON "Service"("networkId");
