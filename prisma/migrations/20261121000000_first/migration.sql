-- CreateTable
CREATE TABLE "Network" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "driver" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "internal" BOOLEAN NOT NULL,
    "attachable" BOOLEAN NOT NULL,
    "ipamDriver" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "labels" JSONB NOT NULL,
    "colour" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "AddressPool" (
    "networkId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "subnet" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "ipRange" TEXT,
    "auxAddresses" JSONB NOT NULL,

    PRIMARY KEY ("networkId", "position"),
    CONSTRAINT "AddressPool_networkId_fkey" FOREIGN KEY ("networkId") REFERENCES "Network" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Endpoint" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "networkId" TEXT NOT NULL,
    "containerId" TEXT NOT NULL,
    "requested" JSONB NOT NULL,
    "assigned" JSONB,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Endpoint_networkId_fkey" FOREIGN KEY ("networkId") REFERENCES "Network" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Endpoint_containerId_fkey" FOREIGN KEY ("containerId") REFERENCES "Container" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Container" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "command" JSONB NOT NULL,
    "env" JSONB NOT NULL,
    "workingDir" TEXT NOT NULL,
    "user" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "domainname" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "networkMode" TEXT NOT NULL,
    "ports" JSONB NOT NULL,
    "dns" JSONB NOT NULL,
    "dnsSearch" JSONB NOT NULL,
    "extraHosts" JSONB NOT NULL,
    "pidsLimit" INTEGER,
    "memoryBytes" BIGINT,
    "capAdd" JSONB NOT NULL,
    "capDrop" JSONB NOT NULL,
    "autoRemove" BOOLEAN NOT NULL,
    "sandboxId" TEXT,
    "sandboxKey" TEXT,
    "status" TEXT NOT NULL,
    "pid" INTEGER,
    "exitCode" INTEGER,
    "oomKilled" BOOLEAN NOT NULL,
    "error" TEXT NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "createdAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "NodePosition" (
    "nodeId" TEXT NOT NULL PRIMARY KEY,
    "x" REAL NOT NULL,
    "y" REAL NOT NULL
);

-- CreateTable
CREATE TABLE "Operation" (
    "sequence" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "subjects" JSONB NOT NULL,
    "records" JSONB NOT NULL,
    "actor" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "commands" JSONB NOT NULL,
    "error" TEXT,
    "startedAt" DATETIME NOT NULL,
    "durationMs" REAL
);

-- CreateTable
CREATE TABLE "Setting" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Session" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "userName" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Network_name_key" ON "Network"("name");

-- CreateIndex
CREATE INDEX "Endpoint_containerId_idx" ON "Endpoint"("containerId");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_networkId_containerId_key" ON "Endpoint"("networkId", "containerId");

-- CreateIndex
CREATE UNIQUE INDEX "Container_name_key" ON "Container"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Operation_id_key" ON "Operation"("id");

-- CreateIndex
CREATE INDEX "Operation_status_idx" ON "Operation"("status");
